# The sidecar's image: argocd-decrypt, helm, kustomize, git with ssh, gpg for PGP keys, libjsonnet, libisal, and opentelemetry-cpp for
# traces. Build it with scripts/image, or with docker, podman or buildah from this folder. Versions of helm and kustomize: scripts/lib/tools.sh.
ARG DEBIAN=debian:trixie-slim
ARG GOLANG=golang:1.26.6-trixie

# ---- helm and kustomize, from their sources -----------------------------------------------------
FROM ${GOLANG} AS tools
# Unset, Go's own default counts: --build-arg for a proxy of your own.
ARG GOPROXY
ARG GOSUMDB
COPY scripts/lib /source/scripts/lib
RUN bash -euo pipefail -c 'cd /source/scripts/lib; . common.sh; . packages.sh; . tools.sh; \
    need_tool helm kustomize; install -D -t /out "$(command -v helm)" "$(command -v kustomize)"'

# ---- our program, and its unit tests ------------------------------------------------------------
FROM ${DEBIAN} AS build
WORKDIR /src
# The packages alone first: this layer is kept while the sources change.
COPY scripts/lib scripts/lib
RUN bash -euo pipefail -c '. scripts/lib/common.sh; . scripts/lib/packages.sh; install_packages build unit-tests'
# The tests render with the programs that the image ships.
COPY --from=tools /out/ /usr/local/bin/
COPY . .
RUN cmake --preset release && cmake --build --preset release
RUN ctest --preset release
RUN cmake --install build/release --prefix /out

# ---- what runs ----------------------------------------------------------------------------------
FROM ${DEBIAN}
# 999 is Argo CD's own user: connecting to the plugin socket needs the same one.
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install ca-certificates git openssh-client gpg gpg-agent \
       libjsonnet0 libisal2 opentelemetry-cpp \
    && rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* \
    && groupadd --gid 999 argocd \
    && useradd --uid 999 --gid 999 --no-create-home --home-dir /home/argocd --shell /usr/sbin/nologin argocd \
    && install -d -o 999 -g 999 /home/argocd /home/argocd/cmp-server \
         /home/argocd/cmp-server/config /home/argocd/cmp-server/plugins
COPY --from=tools /out/ /usr/local/bin/
COPY --from=build /out/ /usr/local/
# The plugin's configuration; a ConfigMap mounted over the folder takes its place.
COPY manifests/base/plugin.yaml /home/argocd/cmp-server/config/plugin.yaml
COPY LICENSE /usr/share/doc/argocd-decrypt/copyright
# kustomize runs KSOPS generators by this name. And a library that is missing here ends the build.
RUN ln -s argocd-decrypt /usr/local/bin/ksops && argocd-decrypt version \
    && test -e /usr/local/lib/argocd-decrypt/libargocd-decrypt-otel.so \
    && ! ldd /usr/local/lib/argocd-decrypt/libargocd-decrypt-otel.so | grep 'not found'
USER 999:999
WORKDIR /home/argocd
ENTRYPOINT ["argocd-decrypt"]
CMD ["serve", "--workdir", "/tmp"]
