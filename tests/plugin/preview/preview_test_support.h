#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugin/preview/hash_key.h"
#include "plugin/preview/masker.h"
#include "plugin/preview/objects.h"

namespace acd::preview::testing {

inline std::vector<Object> Objects(const std::vector<std::string>& manifests,
                                   std::string_view default_namespace = "shop") {
  auto objects = ReadObjects(manifests, default_namespace);
  if (objects) return *std::move(objects);
  ADD_FAILURE() << objects.error().message;
  return {};
}

inline Object OneObject(const std::string& manifest) {
  std::vector<Object> objects = Objects({manifest});
  EXPECT_EQ(objects.size(), 1U);
  return objects.empty() ? Object() : std::move(objects.front());
}

/// The value of one YAML document.
inline Value Parsed(const std::string& yaml) {
  auto documents = yaml::ReadStream(AsBytes(yaml), Limits());
  if (!documents || documents->size() != 1) {
    ADD_FAILURE() << "not one document: " << yaml;
    return {};
  }
  return ToValue(documents->front().root);
}

inline std::vector<SecretBytes> Values(const std::vector<std::string>& texts) {
  std::vector<SecretBytes> values;
  for (const std::string& text : texts) values.push_back(SecretBytes::CopyOf(text));
  return values;
}

/// A masker with a key of its own, and its hashes.
struct Mask {
  explicit Mask(const std::vector<std::string>& values, std::span<const Object> objects = {})
      : key(HashKey::Random()), masker(Make(values, objects)) {}
  std::string Hash(std::string_view value) const { return key.Hash(value); }

  HashKey key;
  Masker masker;

 private:
  Masker Make(const std::vector<std::string>& texts, std::span<const Object> objects) const {
    std::vector<SecretBytes> values = Values(texts);
    AddSuffixes(objects, values);
    auto made = Masker::Make(values, key.Clone());
    EXPECT_TRUE(made.has_value());
    return *std::move(made);
  }
};

}  // namespace acd::preview::testing
