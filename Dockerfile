# The chapters in JupyterLab, without PyTorch, which nothing in them needs. In this folder:
#
#   docker build -t nnlib-lab .
#   docker run --rm -p 127.0.0.1:8888:8888 nnlib-lab     then open the last address it prints
#
# What one writes in there is gone with the container; `-v nnlib:/home/reader/course` keeps it, and the course
# as it was: a newer image shows only after `docker volume rm nnlib`.
# The image that grades a class is another one: deploy/Dockerfile.
FROM python:3.13-slim-bookworm

# For who works in it as a development container.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git make \
 && rm -rf /var/lib/apt/lists/*

RUN useradd --uid 1000 --create-home reader
WORKDIR /home/reader/course
COPY requirements.txt pyproject.toml README.md LICENSE LICENSE-TEXT.md ./
COPY nnlib/ nnlib/

# In the versions of the book; in place, so that the chapters and nnlib stay of one age.
RUN pip install --no-cache-dir --disable-pip-version-check --constraint requirements.txt --editable ".[lab]"

COPY . .
RUN chown -R reader .
USER reader
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", "--notebook-dir=.", "book/foundations/01_neurons.ipynb"]
