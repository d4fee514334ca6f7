package conformance

import (
	"strings"
	"testing"
)

// All of them, for the sweep of the last. (This file is the last that the test runner comes to.)
var statements = map[string]func(*testing.T){
	"TestStatement01": TestStatement01, "TestStatement02": TestStatement02, "TestStatement03": TestStatement03, "TestStatement04": TestStatement04,
	"TestStatement05": TestStatement05, "TestStatement06": TestStatement06, "TestStatement07": TestStatement07, "TestStatement08": TestStatement08,
	"TestStatement09": TestStatement09, "TestStatement10": TestStatement10, "TestStatement11": TestStatement11, "TestStatement12": TestStatement12,
	"TestStatement13": TestStatement13, "TestStatement14": TestStatement14, "TestStatement15": TestStatement15, "TestStatement16": TestStatement16,
	"TestStatement17": TestStatement17, "TestStatement18": TestStatement18, "TestStatement19": TestStatement19, "TestStatement20": TestStatement20,
	"TestStatement21": TestStatement21, "TestStatement22": TestStatement22, "TestStatement23": TestStatement23, "TestStatement24": TestStatement24,
	"TestStatement25": TestStatement25, "TestStatement26": TestStatement26, "TestStatement27": TestStatement27, "TestStatement28": TestStatement28,
	"TestStatement29": TestStatement29, "TestStatement30": TestStatement30, "TestStatement31": TestStatement31, "TestStatement32": TestStatement32,
	"TestStatement33": TestStatement33, "TestStatement34": TestStatement34, "TestStatement35": TestStatement35, "TestStatement36": TestStatement36,
	"TestStatement37": TestStatement37, "TestStatement38": TestStatement38, "TestStatement39": TestStatement39, "TestStatement40": TestStatement40,
	"TestStatement41": TestStatement41, "TestStatement42": TestStatement42, "TestStatement43": TestStatement43, "TestStatement44": TestStatement44,
	"TestStatement45": TestStatement45, "TestStatement46": TestStatement46, "TestStatement47": TestStatement47, "TestStatement48": TestStatement48,
	"TestStatement49": TestStatement49,
}

// Those without a failure in them.
var succeed = map[string]bool{"TestStatement01": true, "TestStatement02": true, "TestStatement25": true}

func TestStatement50(t *testing.T) { // no failure shows plaintext, a private key or a data key
	swept := 0
	for name, statement := range statements {
		seen := failuresOf(name)
		if len(seen) == 0 && !succeed[name] { // it was not asked for: now it is
			t.Run(name, statement)
			seen = failuresOf("TestStatement50/" + name)
			if len(seen) == 0 {
				t.Errorf("%s: no failure in it", name)
			}
		}
		for _, o := range seen {
			swept++
			for secret := range secrets {
				if strings.Contains(string(o.Out), secret) || strings.Contains(o.Err, secret) {
					t.Errorf("%s: a failure holds a secret: %.500s", name, o.Err)
				}
			}
		}
	}
	if len(secrets) < 50 {
		t.Errorf("only %d secrets were looked for", len(secrets))
	}
	t.Logf("%d failures, none with any of %d secrets in it", swept, len(secrets))
}
