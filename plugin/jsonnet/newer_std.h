#pragma once

#include <string_view>

namespace acd::jsonnet {

/// The name that a program's files import the text below by, and the words that do: they go in
/// front of each file, on its first line.
inline constexpr std::string_view kStdName = "argocd-decrypt:std";
inline constexpr std::string_view kStdPrefix =
    "local argocdDecryptStd = std; local std = (import 'argocd-decrypt:std') + "
    "{thisFile:: argocdDecryptStd.thisFile}; ";

/// A program that gives libjsonnet's standard library with what go-jsonnet 0.22 has besides, as far
/// as jsonnet itself can say it, and with a `base64` that takes a text as UTF-8, which libjsonnet
/// 0.18 takes as Latin-1: a Secret's data would differ from Argo CD's without a word.
std::string_view NewerStd();

}  // namespace acd::jsonnet
