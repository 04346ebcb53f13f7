# One image for every stage of the pipeline, for the command `upnext` and for our own model server:
#   docker build -t upnext:latest .
# An index of your own: --build-arg PIP_INDEX_URL=… (and PIP_EXTRA_INDEX_URL, PIP_TRUSTED_HOST).

# The tag moves with Debian's and Python's fixes. To build the same twice, name the digest that you tried:
# --build-arg PYTHON=python:3.10-slim-bookworm@sha256:…
ARG PYTHON=python:3.10-slim-bookworm

FROM ${PYTHON} AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# pyfarmhash has no wheel and is C++; this stage is thrown away, so the compiler's version is left to Debian
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-image.lock ./
# what builds packages from source is locked too: no build environment takes the newest from the index
RUN awk '/^(packaging|setuptools|wheel)==/ {on = 1} on {print} !/\\$/ {on = 0}' requirements-image.lock > builders.lock \
    && python -m pip install --require-hashes --no-deps --requirement builders.lock
RUN python -m pip wheel --require-hashes --no-deps --no-build-isolation --wheel-dir wheels --requirement requirements-image.lock
# of no use to a running program: headers, symbols, the C compiler's library that nothing imports, others' tests
RUN python -m venv --without-pip /opt/upnext \
    && python -m pip --python /opt/upnext/bin/python install --no-index --no-deps wheels/*.whl \
    && rm -rf /opt/upnext/lib/python3.10/site-packages/clang/native \
              /opt/upnext/lib/python3.10/site-packages/tensorflow/include \
    && strip --strip-unneeded /opt/upnext/lib/python3.10/site-packages/tensorflow/libtensorflow_*.so.2 \
    && find /opt/upnext/lib -type d -name tests -prune -exec rm -rf {} +
# our own wheel, apart from the packages: a change of our code is a layer of a few hundred kB
COPY setup.py pyproject.toml requirements.in ./
COPY models models
COPY listening_log listening_log
COPY components components
COPY serving serving
COPY surfaces surfaces
COPY tfx_pipeline tfx_pipeline
RUN python -m pip wheel --no-index --no-deps --no-build-isolation --wheel-dir own . \
    && python -m pip --python /opt/upnext/bin/python install --no-index --no-deps --root /build/root own/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="upnext" \
      org.opencontainers.image.description="Decides what to play next: from a listening log to a served ranking"
RUN groupadd --gid 10001 upnext \
    && useradd --uid 10001 --gid upnext --no-log-init --no-create-home --home-dir /home/upnext upnext \
    && install --directory --owner=upnext --group=upnext /home/upnext
COPY --from=build /opt/upnext /opt/upnext
COPY --from=build /build/root/opt/upnext /opt/upnext
# TFX's entry point imports TensorFlow before any code of ours, so Keras 2 must be asked for here
ENV PATH=/opt/upnext/bin:$PATH \
    HOME=/home/upnext \
    TF_USE_LEGACY_KERAS=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    PYTHONHASHSEED=0 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# a number, so that Kubernetes can see that it is not root
USER 10001:10001
# empty, and with /tmp the only folder that is written to: mount both where the root is read-only
WORKDIR /home/upnext
# Kubeflow's tasks name their own command, in which TFX's kubeflow_v2_run_executor runs a stage
CMD ["upnext", "--help"]
