"""What deploy/ tells a cluster to do is done here: each part of a small class, by its own command.

There is no Slurm, no Kubernetes and no Docker daemon to run it under: deploy/README.md says so.
"""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from nnlib.grading import store
from tests.grading.ordinary import ROOT
from tests.grading.small_class import CLASS, Place, finish

pytestmark = pytest.mark.sandbox

DEPLOY = ROOT / "deploy"
SLURM = (DEPLOY / "slurm.sh").read_text(encoding="utf-8")
KUBERNETES = (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
PARTS, SOME = 2, ("ada", "cleo", "eva", "gil", "lea")


@pytest.fixture
def place():
    place = Place(SOME)
    yield place
    place.remove()


def expect_together(folders, tasks):
    """Each does a part, side by side, and the parts are the class."""
    counts = []
    for task in tasks:
        code, said = finish(task)
        assert code == 0, said
        told = json.loads(said)
        counts.append(sum(told["states"].values()))
        assert told["kept"] == 0
    merged = {result["student"]: result for result in store.load(folders)}
    came = {who: (result["state"], result["points"]) for who, result in merged.items()}
    assert came == {who: CLASS[who][1:] for who in SOME}
    assert sum(counts) == len(SOME) and min(counts) > 0


def options(script):
    """{option: value} of the #SBATCH lines."""
    lines = re.findall(r"^#SBATCH --([\w-]+)(?:=(\S+))?$", script, re.M)
    assert len(lines) == script.count("#SBATCH")
    return dict(lines)


def job():
    """The Job, for so many parts."""
    return yaml.safe_load(KUBERNETES.replace("NUMBER_OF_SHARDS", str(PARTS)))


# ── Slurm ────────────────────────────────────────────────────────────────────────────


def test_the_slurm_script_is_bash_with_the_number_in_one_place():
    subprocess.run(["bash", "-n", DEPLOY / "slurm.sh"], check=True)
    assert os.access(DEPLOY / "slurm.sh", os.X_OK)
    first, last = options(SLURM)["array"].split("-")
    assert first == "1" and int(last) > 1
    code = "".join(line for line in SLURM.splitlines(True) if not line.startswith("#"))
    assert last not in code and "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" in code


@pytest.mark.slow
def test_the_slurm_tasks_together_grade_a_class_into_one_folder(place):
    tasks = []
    for number in range(1, PARTS + 1):
        task = {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": str(PARTS)}
        task |= {"SLURM_CPUS_PER_TASK": "1", "PYTHON": sys.executable}
        tasks.append(place.start("bash", DEPLOY / "slurm.sh", place.root, **task))
    expect_together([place.root / "results"], tasks)


@pytest.mark.slow
def test_a_slurm_task_that_cannot_begin_fails(place):
    (place.root / "secret.txt").unlink()
    task = {"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "3", "PYTHON": sys.executable}
    code, said = finish(place.start("bash", DEPLOY / "slurm.sh", place.root, **task))
    assert code == 2 and "secret" in said
    assert not (place.root / "results").exists() or not place.written()


# ── Kubernetes ───────────────────────────────────────────────────────────────────────


def test_the_job_is_indexed_with_the_number_in_one_place():
    command = re.search(r"sed '(s/NUMBER_OF_SHARDS/(\d+)/)'", KUBERNETES)
    assert int(command[2]) > 1
    told = subprocess.run(
        ["sed", command[1], DEPLOY / "kubernetes.yaml"], capture_output=True, text=True, check=True
    )
    found = yaml.safe_load(told.stdout)
    assert (found["apiVersion"], found["kind"]) == ("batch/v1", "Job")
    spec = found["spec"]
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"] == int(command[2])
    shards = next(e for e in container(found)["env"] if e["name"] == "SHARDS")
    assert shards["value"] == command[2], "a string, as Kubernetes wants it"
    assert len(re.findall(rf"\b{command[2]}\b", KUBERNETES)) == 1


def container(found):
    (one,) = found["spec"]["template"]["spec"]["containers"]
    return one


def test_the_pod_is_an_ordinary_user_with_limits_who_may_only_write_results():
    pod = job()["spec"]["template"]["spec"]
    user, one = pod["securityContext"], container(job())
    assert user["runAsNonRoot"] is True and user["runAsUser"] == user["runAsGroup"] > 1000
    assert f"--uid {user['runAsUser']} " in DOCKERFILE
    assert f"USER {user['runAsUser']}:{user['runAsGroup']}" in DOCKERFILE
    own = one["securityContext"]
    assert own["allowPrivilegeEscalation"] is False and own["capabilities"] == {"drop": ["ALL"]}
    assert own["readOnlyRootFilesystem"] is True and "privileged" not in own
    assert pod["automountServiceAccountToken"] is False
    assert {"cpu", "memory"} <= set(one["resources"]["limits"])
    if own["procMount"] == "Unmasked":
        assert pod["hostUsers"] is False, "Kubernetes refuses one without the other"
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount for mount in one["volumeMounts"]}
    assert {mount["name"] for mount in mounts.values()} == volumes
    assert mounts["/class"]["readOnly"] is True
    assert {path for path, mount in mounts.items() if not mount.get("readOnly")} == {
        "/results",
        "/tmp",
    }
    values = {e["name"]: e.get("value") for e in one["env"]}
    assert values["CLASS"] == "/class" and values["RESULTS"] == "/results"


@pytest.mark.slow
def test_the_pods_together_grade_a_class_into_folders_of_their_own(place):
    one, tasks = container(job()), []
    told = {e["name"]: e["value"] for e in one["env"] if "value" in e}
    folders = [place.root / f"results-{index}" for index in range(PARTS)]
    for index, folder in enumerate(folders):
        told |= {"CLASS": str(place.root), "RESULTS": str(folder), "JOBS": "1"}
        told |= {"JOB_COMPLETION_INDEX": str(index)}
        told |= {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
        tasks.append(place.start(*one["command"], *one["args"], **told))
    expect_together(folders, tasks)


# ── the image ────────────────────────────────────────────────────────────────────────


def test_the_image_is_pinned_and_made_of_what_is_here():
    assert re.findall(r"^FROM (.*)$", DOCKERFILE, re.M) == ["python:3.11.14-slim-bookworm"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.M):
        *sources, _ = line.split()
        for source in sources:
            tracked = subprocess.run(
                ["git", "ls-files", source], cwd=ROOT, capture_output=True, text=True, check=True
            )
            assert tracked.stdout, f"COPY {source}: not in the repository"
    assert "COPY . " not in DOCKERFILE, "a secret that lies about would be in the image"
    (pip,) = re.findall(r"pip install .*", DOCKERFILE)
    assert "--constraint requirements.txt" in pip
    extras = re.search(r'"\.\[([\w,]+)\]"', pip)[1].split(",")
    assert {"grading", "cluster"} <= set(extras) <= set(project["optional-dependencies"])
    assert "bubblewrap" in DOCKERFILE and "util-linux" in DOCKERFILE  # bwrap and prlimit
    image = container(job())["image"]
    assert f"-t {image} " in DOCKERFILE and image.endswith(f":{project['version']}")


def test_the_readme_names_every_file_and_command_that_there_is():
    for name in ("slurm.sh", "kubernetes.yaml", "Dockerfile"):
        assert name in README and (DEPLOY / name).is_file()
    assert {path.name for path in DEPLOY.iterdir()} == {
        "slurm.sh",
        "kubernetes.yaml",
        "Dockerfile",
        "README.md",
    }
    for word in ("user namespaces", "not been run", "nnlib gradebook", "--dask"):
        assert word in README
