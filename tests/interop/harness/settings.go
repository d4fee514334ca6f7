package harness

import (
	"os"
	"strconv"
	"time"
)

// Number is a setting of a run from the environment.
func Number(t T, variable string, fallback int64) int64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseInt(text, 10, 64)
	Check(t, err)
	return n
}

// Seed is where random cases begin. Always the same, so that a change is judged by what it changes; ACD_SEED names
// another one, and ACD_SEED=fresh takes one that nobody has tried.
func Seed(t T) int64 {
	t.Helper()
	seed := int64(1)
	if os.Getenv("ACD_SEED") == "fresh" {
		seed = time.Now().UnixNano() % 1_000_000_000
	} else {
		seed = Number(t, "ACD_SEED", seed)
	}
	t.Logf("ACD_SEED=%d", seed)
	return seed
}
