#pragma once

#include <locale.h>

namespace acd::archive {

/// Sets this thread's locale to "C" while it lives. libarchive converts names between the archive's
/// encoding and the locale's, and normalizes Unicode on the way; in "C" it leaves the bytes alone.
class CLocale {
 public:
  CLocale() : locale_(::newlocale(LC_ALL_MASK, "C", nullptr)), before_(::uselocale(locale_)) {}
  ~CLocale() {
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;

 private:
  locale_t locale_;
  locale_t before_;
};

}  // namespace acd::archive
