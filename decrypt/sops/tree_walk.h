#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/enc_value.h"
#include "decrypt/sops/mac.h"
#include "decrypt/sops/metadata.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Decrypts every leaf that the document's rule selects, in place, and feeds the MAC.
/// Returns the leaves that became strings, numbers and comments with a text; borrowed, for as long
/// as nothing is added to or removed from the tree. On error the tree is half decrypted: drop it.
/// Errors: kInvalidInput and kAuthFailed, "Error decrypting tree: Error walking tree: ..." with the
/// path of the value (as `--extract` takes it) and never the value. Spec: sops.go Tree.Decrypt,
/// walkBranch, walkSlice (3.13.3).
Result<std::vector<Node*>> DecryptTree(std::vector<Node>& documents, const Metadata& metadata,
                                       ValueCipher& cipher, MacHash& mac);

/// The text of such a leaf: that of a string or a comment is taken from it, a number's is made.
SecretBytes TakeText(Node& leaf);
/// The same, and the leaf stays as it is.
SecretBytes CopyText(const Node& leaf);

/// A key or an index as it stands in an `--extract` path, unprintable bytes as \xNN, long keys cut.
std::string QuoteKey(std::string_view key);

}  // namespace acd::sops
