# syntax=docker/dockerfile:1.7
# Two images: `serve` (the default: API, worker, commands, no training stack) and `train`.
#   docker build -t loanwright .
#   docker build -t loanwright-train --target train .
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

FROM base AS wheel
WORKDIR /build
COPY requirements/build.lock requirements/build.lock
RUN python -m pip install --require-hashes -r requirements/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .

FROM base AS serve-packages
RUN python -m venv /opt/loanwright
COPY requirements/serve.lock requirements/serve.lock
RUN /opt/loanwright/bin/python -m pip install --require-hashes -r requirements/serve.lock
COPY --from=wheel /build/dist dist
RUN /opt/loanwright/bin/python -m pip install --no-deps --no-index dist/loanwright-*.whl \
    && /opt/loanwright/bin/python -m compileall -q /opt/loanwright/lib

FROM base AS train-packages
RUN python -m venv /opt/loanwright
COPY requirements/run.lock requirements/run.lock
RUN /opt/loanwright/bin/python -m pip install --require-hashes -r requirements/run.lock
COPY --from=wheel /build/dist dist
RUN /opt/loanwright/bin/python -m pip install --no-deps --no-index dist/loanwright-*.whl \
    && /opt/loanwright/bin/python -m compileall -q /opt/loanwright/lib

FROM base AS runtime
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Loanwright" \
      org.opencontainers.image.description="Credit decisions that can be explained, replayed and defended." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
# Only these two can be written: what is kept, and what can be lost (compiled code).
RUN groupadd --system --gid 10001 loanwright \
    && useradd --system --uid 10001 --gid loanwright --no-create-home --shell /usr/sbin/nologin loanwright \
    && install --directory --owner=loanwright --group=loanwright --mode=0700 \
       /var/lib/loanwright /var/lib/loanwright/models /var/cache/loanwright
ENV PATH=/opt/loanwright/bin:$PATH \
    LOANWRIGHT_VAR_DIR=/var/lib/loanwright \
    LOANWRIGHT_HOST=0.0.0.0 \
    LOANWRIGHT_PORT=8000 \
    NUMBA_CACHE_DIR=/var/cache/loanwright
WORKDIR /var/lib/loanwright
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["loanwright", "health"]
CMD ["loanwright", "serve"]

FROM runtime AS train
# The compiled parts of the training stack share work between threads with OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=train-packages /opt/loanwright /opt/loanwright
USER 10001:10001

FROM runtime AS serve
COPY --from=serve-packages /opt/loanwright /opt/loanwright
USER 10001:10001
