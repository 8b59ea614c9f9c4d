#!/usr/bin/env bash
# Grade a class as a Slurm array, each task its part of the submissions, all into one folder.
#
#   sbatch deploy/slurm.sh CLASS [RESULTS]
#
# CLASS holds assignment.yml, its secret and submissions/ (or submissions.zip); RESULTS is
# CLASS/results unless it is given. PYTHON is the course's Python, .venv/bin/python by default.
#
#SBATCH --job-name=nnlib-grade
#SBATCH --array=1-20
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=5G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --output=grade-%A_%a.log
#
# The number of shards stands above, once: a task learns it from Slurm. (1-20%5: five at a time.)
# Memory for each CPU: what one notebook may use by the assignment's limits, and 1 GiB for the rest.
set -euo pipefail

class=${1:?"sbatch deploy/slurm.sh CLASS [RESULTS]"}
results=${2:-$class/results}
submissions=$class/submissions
if [ ! -d "$submissions" ]; then submissions=$class/submissions.zip; fi

code=0
"${PYTHON:-.venv/bin/python}" -m nnlib grade "$submissions" \
  --assignment "$class/assignment.yml" --output "$results" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --json || code=$?
# 1: some were rejected or ran out of time. Their results say so; for Slurm the task is done.
if [ "$code" -eq 1 ]; then exit 0; fi
exit "$code"
