package conformance

import (
	"strings"
	"testing"
	"time"
)

func TestStatement32(t *testing.T) { // an alias bomb
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		below, here := "*a"+string(rune('0'+i-1)), "a"+string(rune('0'+i))
		bomb += here + ": &" + here + " [" + strings.TrimSuffix(strings.Repeat(below+", ", 9), ", ") + "]\n"
	}
	g := yaml(newDoc(t).yaml(bomb, ""))
	refused(t, g, 1, "document contains excessive aliasing")
	bounded(t, g, time.Second)
}

func TestStatement33(t *testing.T) { // nesting
	const depth = 10001
	nested := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	d := newDoc(t)
	t.Run("YAML", func(t *testing.T) {
		g := yaml(d.yaml("a: "+nested+"\n", ""))
		refused(t, g, 1, "exceeded max depth")
		bounded(t, g, time.Second)
	})
	t.Run("JSON", func(t *testing.T) {
		g := given{name: "file.json", text: d.json(`"a":`+nested+",", "")}
		o := refusedHere(t, g, 1)
		bounded(t, g, time.Second)
		if len(o.Err) > 1000 {
			t.Errorf("the error has %d bytes", len(o.Err))
		}
		if s := theirs(t, g); s.Code == 0 {
			t.Errorf("sops decrypts it, to %d bytes", len(s.Out))
		}
	})
}

func TestStatement35(t *testing.T) { // keys that are no strings
	for _, key := range []string{"1", "true", "1.5", "null", "2002-02-02"} {
		t.Run(key, func(t *testing.T) {
			refused(t, yaml(newDoc(t).yaml(key+": \"\"\n", "")), 25, "Only string keys are supported")
		})
	}
	acceptedAs(t, yaml(newDoc(t).yaml("yes: \"\"\non: \"\"\n", "")), "\"yes\": \"\"\n\"on\": \"\"\n")
}

// Such a key is found where the walk of the tree comes upon it: after everything that the metadata
// and the data key come to, and among the faults of the values in the order of the document.
func TestKeysThatAreNoStringsInOrder(t *testing.T) {
	const bad, only, metadata = "1: \"\"\n", "Only string keys are supported", "Unexpected key type"
	d := newDoc(t)
	with := func(change func(meta map[string]any)) *doc {
		other := newDoc(t)
		change(other.meta)
		return other
	}
	in := func(name, value string) string { return name + ":\n    " + value }
	good, forged := "a: "+d.str("a secret value", "a")+"\n", "b: "+d.str("another value", "other")+"\n"
	plain := d.yaml("", "")
	inMetadata := func(lines string) given { return yaml(plain + lines) }
	stranger := yaml(d.yaml(bad, ""))
	stranger.env = []string{"SOPS_AGE_KEY_FILE=" + otherKey(t).File}
	noKey := yaml(d.yaml(bad, ""))
	noKey.env = []string{}
	for _, c := range []struct {
		name string
		file given
		exit int
		says string
	}{
		{"NoMetadata", yaml(bad), 1, "sops metadata not found"},
		{"MetadataThatIsNoMap", yaml(bad + "sops: x\n"), 1, "not a mapping"},
		{"NoTime", yaml(with(func(meta map[string]any) { meta["lastmodified"] = nil }).yaml(bad, "")), 1, "parsing time"},
		{"NoRecipient", yaml(with(func(meta map[string]any) { meta["age"] = nil }).yaml(bad, "")), 1, "No keys found in file"},
		{"NoVersion", yaml(with(func(meta map[string]any) { meta["version"] = nil }).yaml(bad, "")), 1, "Version string empty"},
		{"TwoRules", yaml(with(func(meta map[string]any) { meta["encrypted_regex"], meta["unencrypted_suffix"] = "a", "b" }).yaml(bad, "")), 1, "Cannot use more than one of"},
		{"NoMatchingKey", stranger, 128, "identity did not match"},
		{"NoKey", noKey, 128, "failed to load age identities"},
		{"NoMac", yaml(with(func(meta map[string]any) { meta["mac"] = "" }).yaml(bad, "")), 25, only},
		{"OtherMac", yaml(d.yaml(bad, "other")), 25, only},
		{"MacOnlyEncrypted", yaml(with(func(meta map[string]any) { meta["mac_only_encrypted"] = true }).yaml(bad, "")), 25, only},
		{"BehindAForgedValue", yaml(d.yaml(forged+bad, "")), 25, "message authentication failed"},
		{"BeforeAForgedValue", yaml(d.yaml(bad+forged, "")), 25, only},
		{"BeforeItsOwnForgedValue", yaml(d.yaml("1: "+d.str("another value", "other")+"\n", "")), 25, only},
		{"BeforeItsOwnLargeInteger", yaml(d.yaml("1: 18446744073709551615\n", "")), 25, only},
		{"BehindALargeInteger", yaml(d.yaml("a: 18446744073709551615\n1: a\n", "")), 25, "unknown type: uint64"},
		{"BehindAValueInClear", yaml(d.yaml("a: 5\n1: a\n", "")), 25, "Expected encrypted value as string, but got int"},
		{"BehindANumberedComment", yaml(d.yaml("#"+d.enc("5", ":", "int")+"\n"+bad, "")), 25, "walkValue of Comment should be either Comment or string"},
		{"BehindAGoodValue", yaml(d.yaml(good+bad, "a secret value")), 25, only},
		{"Inside", yaml(d.yaml(in("a", bad), "")), 25, only},
		{"InsideAList", yaml(d.yaml("a:\n    - "+bad, "")), 25, only},
		{"InsideAPlainBranch", yaml(d.yaml(in("a_unencrypted", bad), "")), 25, only},
		{"InsideAKey", yaml("a_unencrypted: b\n---\n? {1: x}\n: y\n"), 1, "sops metadata not found"},
		{"InAnAlias", yaml(d.yaml("a_unencrypted: &x\n    "+bad+"b: *x\n", "")), 25, only},
		{"InTheSecondDocument", yaml(d.yaml(good, "a secret value") + "---\n" + bad), 25, only},
		{"InTheSecondDocumentBehindAForgedValue", yaml(d.yaml(forged, "") + "---\n" + bad), 25, "message authentication failed"},
		{"BeforeAForgedValueInTheSecondDocument", yaml(d.yaml(bad, "") + "---\n" + forged), 25, only},
		{"ANullThatIsSpelledSops", yaml(d.yaml("", "") + "---\n!!null sops: {}\n"), 25, only},
		{"AListInTheSecondDocument", yaml(d.yaml("", "") + "---\n[a]: \"\"\n"), 25, only},
		{"AMapInTheSecondDocument", yaml(d.yaml("", "") + "---\n{a: b}: \"\"\n"), 25, only},
		{"ExtractBesideIt", yaml(d.yaml(good+bad, "a secret value")).with("--extract", `["a"]`), 25, only},
		{"ExtractNothing", yaml(d.yaml(bad, "")).with("--extract", `["b"]`), 25, only},
		{"ExtractIt", yaml(d.yaml(bad, "")).with("--extract", `["1"]`), 25, only},
		{"ExtractByNoPath", yaml(d.yaml(bad, "")).with("--extract", `1`), 91, "error parsing --extract path"},
		{"IgnoreMac", yaml(d.yaml(bad, "other")).with("--ignore-mac"), 25, only},
		{"ToJSON", yaml(d.yaml(bad, "")).with("--output-type", "json"), 25, only},
		{"ToBinary", yaml(d.yaml(bad, "")).with("--output-type", "binary"), 25, only},
		{"InMetadata", inMetadata("    1: a\n"), 1, metadata},
		{"InsideMetadata", inMetadata("    b: [{c: {1: a}}]\n"), 1, metadata},
		{"InMetadataWithoutTime", yaml(with(func(meta map[string]any) { meta["lastmodified"] = nil }).yaml("", "") + "    1: a\n"), 1, metadata},
		{"InMetadataAndBefore", yaml(bad + plain + "    1: a\n"), 1, metadata},
		{"SyntaxBehindIt", yaml(d.yaml(bad, "") + "a: [\n"), 1, "yaml: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			refusedHere(t, c.file, c.exit, c.says)
			if c.exit == 91 {
				refusedThere(t, c.file, c.exit)
				return
			}
			refusedThere(t, c.file, c.exit, c.says)
		})
	}
	t.Run("InMetadataOfTheSecondDocument", func(t *testing.T) {
		acceptedAs(t, yaml(d.yaml(good, "a secret value")+"---\nsops: {1: a}\n"), "a: a secret value\n---\n{}\n")
	})
}

func TestStatement36(t *testing.T) { // an integer above int64
	refused(t, yaml(newDoc(t).yaml("a_unencrypted: 18446744073709551615\n", "18446744073709551615")), 25, "unknown type: uint64")
}

func TestStatement38(t *testing.T) { // around a JSON object
	d := newDoc(t)
	file := d.json(`"a":"`+d.str("a secret value", "a")+`",`, "a secret value")
	plain := "{\n\t\"a\": \"a secret value\"\n}\n"
	acceptedAs(t, given{name: "file.json", text: file + "garbage"}, plain)
	acceptedAs(t, given{name: "file.json", text: file + "{\"a\": 1}"}, plain)
	refused(t, given{name: "file.json", text: strings.TrimSuffix(file, "}")}, 1, "Expected JSON object key")
}

func TestStatement39(t *testing.T) { // dotenv files
	d := newDoc(t)
	file := d.dotenv("A="+d.str("a secret value", "A")+"\n", "a secret value")
	env := func(text string) given { return given{name: "file.env", text: text} }
	acceptedAs(t, env(file), "A=a secret value\n")
	t.Run("CRLF", func(t *testing.T) { refused(t, env(strings.ReplaceAll(file, "\n", "\r\n")), 1) })
	t.Run("BlankCRLF", func(t *testing.T) { refused(t, env("\r\n"+file), 1, "invalid dotenv input line") })
	t.Run("NoEquals", func(t *testing.T) {
		keepSecret("a-line-without-one")
		refused(t, env("a-line-without-one\n"+file), 1, "invalid dotenv input line")
	})
	t.Run("Twice", func(t *testing.T) { refused(t, env(file+"sops_version=3.13.3\n"), 1, "Duplicate value") })
}

func TestStatement40(t *testing.T) { // a list that does not start at 0
	d := newDoc(t)
	file := d.dotenv("A="+d.str("a secret value", "A")+"\n", "a secret value")
	refused(t, given{name: "file.env", text: strings.ReplaceAll(file, "__list_0__", "__list_1__")}, 1, "Incomplete list")
}
