package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

func object(name, data string) string {
	return "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: '" + name + "'}, data: " + data + "}"
}

func program(text string) app { return app{tree: harness.Tree{"main.jsonnet": text}} }

func withJsonnet(a app, j v1alpha1.ApplicationSourceJsonnet) app {
	a.directory.Jsonnet = j
	return a
}

type variables = []v1alpha1.JsonnetVar

var jsonnetCases = map[string]app{
	"object":           program(object("a", "{k: 'v'}")),
	"array":            program("[" + object("a", "{}") + ", " + object("b", "{}") + "]"),
	"empty array":      program("[]"),
	"null":             program("null"),
	"null element":     program("[null, " + object("a", "{}") + "]"),
	"nested array":     program("[[" + object("a", "{}") + "]]"),
	"number":           program("5"),
	"text":             program("'x'"),
	"text element":     program("[" + object("a", "{}") + ", 'x']"),
	"no kind":          program("{a: 1}"),
	"empty object":     program("{}"),
	"syntax":           program("{a: }"),
	"empty":            program(""),
	"runtime":          program("error 'x'"),
	"assert":           program("assert 1 == 2 : 'x'; {}"),
	"unknown":          program("{a: b}"),
	"unused local":     program("local x = error 'never'; " + object("a", "{}")),
	"function":         program("function() " + object("a", "{}")),
	"list":             program("{apiVersion: 'v1', kind: 'List', items: [" + object("a", "{}") + ", " + object("b", "{}") + "]}"),
	"brackets":         program("[" + object("a", `{x: '],[{}"', y: 'a\\', z: "\"]"}`) + ", " + object("b", "{}") + "]"),
	"text block":       program(object("a", "{x: |||\n  a\n    b\n  c: 'd' \"\n|||}")),
	"unicode":          program(object("a", `{x: "ü😀\u2028\ud83d\ude00\u0001", 'ä': "\t"}`)),
	"numbers":          program("{apiVersion: 'x.io/v1', kind: 'W', metadata: {name: 'a'}, spec: {a: 1, b: 1.5, c: 1e100, d: 0.1, e: -0.5, f: 1/3, g: 123456789012, h: 1e15, i: 9007199254740991, j: 0.0001, k: 1e-9, l: 1e20}}"),
	"hidden fields":    program(object("a", "{a:: 1, b::: '2', c: '3'}")),
	"inheritance":      program("local b = " + object("a", "{x: '1', y: self.x}") + "; b + {data+: {x: '2', z: super.y}}"),
	"comprehension":    program("[" + object("a-%d", "{['k' + i]: 'v' for i in ['1', '2']}") + " + {metadata: {name: 'n%d' % n}} for n in std.range(1, 3) if n != 2]"),
	"object local":     program(object("a", "{local x = 'y', k: x}")),
	"skip":             {tree: harness.Tree{"main.jsonnet": "// +argocd:skip-file-rendering\nerror 'x'", "a.yaml": configMap("a")}},
	"beside yaml":      {tree: harness.Tree{"a.yaml": configMap("a"), "b.jsonnet": object("b", "{}"), "c.json": jsonConfigMap("c"), "d.libsonnet": "error 'x'"}},
	"below":            {tree: harness.Tree{"x/b.jsonnet": "[import '../c.libsonnet', import 'd.libsonnet']", "c.libsonnet": object("c", "{}"), "x/d.libsonnet": object("d", "{}")}, directory: recurse},
	"excluded":         {tree: harness.Tree{"a.yaml": configMap("a"), "b.jsonnet": "error 'x'"}, directory: v1alpha1.ApplicationSourceDirectory{Exclude: "*.jsonnet"}},
	"import":           {tree: harness.Tree{"a.jsonnet": "import 'b.libsonnet'", "b.libsonnet": object("b", "{}")}},
	"importstr":        {tree: harness.Tree{"a.jsonnet": object("a", "{x: importstr 'b.txt', y: importstr './c/../b.txt'}"), "b.txt": "ü\n\"text\"\t"}},
	"import json":      {tree: harness.Tree{"a.jsonnet": object("a", "import 'b.json'"), "b.json": jsonConfigMap("b")}},
	"import escaped":   {tree: harness.Tree{"a.jsonnet": object("a", `{x: importstr "b\u002etxt", y: importstr @'b.txt'}`), "b.txt": "text"}},
	"import chain":     {tree: harness.Tree{"a/main.jsonnet": "import '../l/b.libsonnet'", "l/b.libsonnet": "import 'm/c.libsonnet'", "l/m/c.libsonnet": object("c", "{}")}, path: "a"},
	"import itself":    {tree: harness.Tree{"a.jsonnet": object("a", "{k: '%d' % std.length((import 'a.jsonnet').metadata.name)}")}},
	"import cycle":     {tree: harness.Tree{"a.jsonnet": "import 'b.libsonnet'", "b.libsonnet": "import 'a.jsonnet'"}},
	"import missing":   program("import 'nowhere.libsonnet'"),
	"missing, unused":  program("local x = import 'nowhere.libsonnet'; local y = importstr '/etc/passwd'; " + object("a", "{}")),
	"import folder":    {tree: harness.Tree{"a.jsonnet": "import 'b'", "b/c": "x"}},
	"import absolute":  program(object("a", "{x: importstr '/etc/hostname'}")),
	"import dots":      program(object("a", "{x: importstr '../../../../../../../../etc/hostname'}")),
	"import link out":  {tree: harness.Tree{"a.jsonnet": object("a", "{x: importstr 'b'}"), "b": "-> /etc/hostname"}},
	"import link dir":  {tree: harness.Tree{"a.jsonnet": object("a", "{x: importstr 'b/hostname'}"), "b": "-> /etc"}},
	"import link in":   {tree: harness.Tree{"app/a.jsonnet": object("a", "{x: importstr 'b'}"), "app/b": "-> ../c/d", "c/d": "text"}, path: "app"},
	"link to program":  {tree: harness.Tree{"app/a.jsonnet": "-> ../c/d", "c/d": "import 'x.libsonnet'", "app/x.libsonnet": object("app", "{}"), "c/x.libsonnet": object("c", "{}")}, path: "app"},
	"import app dir":   {tree: harness.Tree{"app/s/a.jsonnet": "import 'x.libsonnet'", "app/x.libsonnet": object("x", "{}")}, path: "app", directory: recurse},
	"computed import":  program("import 'a' + 'b'"),
	"import in parens": {tree: harness.Tree{"a.jsonnet": "import ('b.libsonnet')", "b.libsonnet": object("b", "{}")}},
	"import syntax":    {tree: harness.Tree{"a.jsonnet": "import 'b.libsonnet'", "b.libsonnet": "{"}},
	"libs": withJsonnet(app{tree: harness.Tree{"app/a.jsonnet": "import 'x.libsonnet'", "v/l/x.libsonnet": object("l", "{}")}, path: "app"},
		v1alpha1.ApplicationSourceJsonnet{Libs: []string{"v/l"}}),
	"libs, last wins": withJsonnet(app{tree: harness.Tree{"app/a.jsonnet": "[import 'x.libsonnet', import 'y.libsonnet']", "v/l/x.libsonnet": object("l", "{}"), "w/x.libsonnet": object("w", "{}"), "app/y.libsonnet": object("app", "{}"), "w/y.libsonnet": object("wy", "{}")}, path: "app"},
		v1alpha1.ApplicationSourceJsonnet{Libs: []string{"v/l", "/w"}}),
	"libs outside": withJsonnet(program("{}"), v1alpha1.ApplicationSourceJsonnet{Libs: []string{"../x"}}),
	"libs missing": withJsonnet(program(object("a", "{}")), v1alpha1.ApplicationSourceJsonnet{Libs: []string{"nowhere"}}),
	"libs link": withJsonnet(app{tree: harness.Tree{"a.jsonnet": "import 'x.libsonnet'", "v": "-> w", "w/x.libsonnet": "import '../y.libsonnet'", "y.libsonnet": object("y", "{}")}},
		v1alpha1.ApplicationSourceJsonnet{Libs: []string{"v"}}),
	"tlas": withJsonnet(program("function(a, b, c='d') "+object("a", "{a: a, b: '%d' % b, c: c}")),
		v1alpha1.ApplicationSourceJsonnet{TLAs: variables{{Name: "a", Value: "text $ARGOCD_APP_NAME ${ARGOCD_APP_SOURCE_PATH} $$ $NOWHERE."}, {Name: "b", Value: "1+2", Code: true}}}),
	"tlas, none": program("function(a) " + object("a", "{a: a}")),
	"tlas, more": withJsonnet(program("function(a) "+object("a", "{a: a}")),
		v1alpha1.ApplicationSourceJsonnet{TLAs: variables{{Name: "a", Value: "1"}, {Name: "b", Value: "1"}}}),
	"tlas for an object": withJsonnet(program(object("a", "{}")),
		v1alpha1.ApplicationSourceJsonnet{TLAs: variables{{Name: "a", Value: "1"}}}),
	"extVars": withJsonnet(program(object("a", "{a: std.extVar('a'), b: std.extVar('b').c}")),
		v1alpha1.ApplicationSourceJsonnet{ExtVars: variables{{Name: "a", Value: "$ARGOCD_APP_NAME"}, {Name: "b", Value: "{c: '${ARGOCD_APP_NAMESPACE}'}", Code: true}}}),
	"extVars, missing": program("std.extVar('a')"),
	"extVars, bad code": withJsonnet(program("std.extVar('a')"),
		v1alpha1.ApplicationSourceJsonnet{ExtVars: variables{{Name: "a", Value: "{", Code: true}}}),
	"import in code": withJsonnet(app{tree: harness.Tree{"app/a.jsonnet": "std.extVar('a')", "app/x.libsonnet": object("x", "{}")}, path: "app"},
		v1alpha1.ApplicationSourceJsonnet{ExtVars: variables{{Name: "a", Value: "import 'x.libsonnet'", Code: true}}}),
	"both kinds":   {tree: harness.Tree{"a.jsonnet": object("a", "{x: importstr './b.libsonnet', y: import 'b.libsonnet'}"), "b.libsonnet": "'text ' + std.base64('ü')"}},
	"std in files": {tree: harness.Tree{"a.jsonnet": "import 'b.libsonnet'", "b.libsonnet": object("b", "{x: std.trim(' y '), z: std.base64('ü')}")}},
	"std in code": withJsonnet(program(object("a", "{x: std.extVar('a')}")),
		v1alpha1.ApplicationSourceJsonnet{ExtVars: variables{{Name: "a", Value: "std.trim(' ü ')", Code: true}}}),
	"own std":        program("local std = {a: 'b'}; " + object("a", "{x: std.a}")),
	"endless":        program("local f(x) = f(x + 1) + 1; f(0)"),
	"endless object": program("{a: self}"),
}

func TestProgramsAreRenderedAlike(t *testing.T) {
	p := newPeer(t)
	for name, a := range jsonnetCases {
		t.Run(name, func(t *testing.T) { p.compare(t, a) })
	}
}

// What both implementations have of the standard library, in expressions whose value is compared.
var expressions = []string{
	`std.abs(-3)`, `std.sign(-2)`, `std.max(1, 2)`, `std.min(1, 2)`, `std.pow(2, 10)`, `std.exp(1)`, `std.log(10)`, `std.floor(1.7)`,
	`std.ceil(1.2)`, `std.sqrt(2)`, `std.sin(1)`, `std.cos(1)`, `std.asin(1)`, `std.acos(1)`, `std.atan(1)`, `std.mod(7, 3)`, `7 % 3`, `-7 % 3`,
	`std.clamp(5, 1, 3)`, `std.exponent(10)`, `std.mantissa(10)`,
	`std.toString({a: [1, 2.5, null, true, 'x']})`, `std.codepoint('ü')`, `std.char(8364)`, `std.substr('hello', 1, 3)`, `std.findSubstr('l', 'hello')`,
	`std.startsWith('hello', 'he')`, `std.endsWith('hello', 'lo')`, `std.stripChars(' x ', ' ')`, `std.lstripChars('aax', 'a')`, `std.rstripChars('xaa', 'a')`,
	`std.split('a,b,c', ',')`, `std.splitLimit('a,b,c', ',', 1)`, `std.strReplace('hello', 'l', 'L')`, `std.asciiUpper('aé')`, `std.asciiLower('AÉ')`,
	`std.stringChars('añb')`, `std.format('%s %d %05.2f %x %o %c %% %-5s| %+d %e %g', ['a', 3, 3.14159, 255, 8, 'c', 'ab', 5, 12345.678, 0.0001])`,
	`'%(a)s-%(b)03d' % {a: 'x', b: 7}`, `std.escapeStringBash("it's")`, `std.escapeStringDollars('$x')`, `std.escapeStringJson('a"b\n')`, `std.escapeStringPython('a"b')`,
	`std.parseInt('-12')`, `std.parseOctal('755')`, `std.parseHex('ff')`, `std.parseJson('{"a": [1, 2, {"b": null}]}')`, `std.parseYaml('a: 1\nb:\n- x\n- z\n')`,
	`std.encodeUTF8('é')`, `std.decodeUTF8([195, 169])`, `std.manifestIni({main: {a: 1}, sections: {s: {b: ['x', 'y']}}})`, `std.manifestPython({a: true, b: null})`,
	`std.manifestPythonVars({a: 1})`, `std.manifestJson({b: 1, a: [1, {}], c: []})`, `std.manifestJsonEx({a: [1, 2], b: {}}, '  ')`, `std.manifestJsonMinified({a: [1, 2]})`,
	`std.manifestYamlDoc({a: [1, {b: 'x: y'}], c: 'multi\nline\n', d: {}, e: [], f: true, g: '1', h: ''})`, `std.manifestYamlDoc({a: [1]}, indent_array_in_object=true)`,
	`std.manifestYamlStream([{a: 1}, 'x'])`, `std.manifestXmlJsonml(['a', {b: 'c'}, 'text', ['d']])`, `std.manifestTomlEx({a: 1, b: {c: 'x'}, d: [1, 2]}, '  ')`,
	`std.makeArray(3, function(i) i * 2)`, `std.member([1, 2], 2)`, `std.member('abc', 'b')`, `std.count([1, 1, 2], 1)`, `std.find(2, [1, 2, 2])`, `std.map(function(x) x + 1, [1, 2])`,
	`std.mapWithIndex(function(i, x) i + x, [1, 2])`, `std.filterMap(function(x) x > 1, function(x) x * 2, [1, 2, 3])`, `std.flatMap(function(x) [x, x], [1, 2])`,
	`std.filter(function(x) x > 1, [1, 2, 3])`, `std.foldl(function(a, x) a + x, [1, 2, 3], 0)`, `std.foldr(function(x, a) a + x, ['a', 'b'], '')`, `std.range(1, 4)`,
	`std.repeat([1], 3)`, `std.repeat('ab', 2)`, `std.slice([1, 2, 3, 4], 0, 4, 2)`, `[1, 2, 3, 4][1:3]`, `'hello'[1:4]`, `std.join(',', ['a', 'b'])`, `std.join([0], [[1], [2]])`, `std.lines(['a', 'b'])`,
	`std.flattenArrays([[1], [2, 3]])`, `std.reverse([1, 2, 3])`, `std.sort([3, 1, 2])`, `std.sort(['b', 'a'], function(x) x)`, `std.uniq([1, 1, 2])`, `std.prune({a: null, b: [], c: {d: 1}})`,
	`std.set([3, 1, 3])`, `std.setInter([1, 2], [2, 3])`, `std.setUnion([1], [2])`, `std.setDiff([1, 2], [2])`, `std.setMember(1, [1, 2])`, `std.md5('x')`, `std.base64('héllo')`, `std.base64('héllo€')`,
	`std.base64Decode('aGVsbG8=')`, `std.base64DecodeBytes('aGVsbG8=')`, `std.base64([104, 105])`, `std.mergePatch({a: 1, b: 2}, {b: null, c: 3})`, `std.get({a: 1}, 'b', 'default')`,
	`std.objectHas({a: 1}, 'a')`, `std.objectHasAll({a:: 1}, 'a')`, `std.objectHasEx({a:: 1}, 'a', true)`, `std.objectFields({b: 1, a:: 2})`, `std.objectFieldsAll({b: 1, a:: 2})`,
	`std.objectValues({b: 1, a: 2})`, `std.objectValuesAll({b: 1, a:: 2})`, `std.mapWithKey(function(k, v) k + v, {a: 'x'})`, `std.length({a: 1, b:: 2})`, `std.length('é')`,
	`std.isNull(null)`, `std.isDecimal(1.5)`, `std.isInteger(2)`, `std.isEven(3)`, `std.isOdd(3)`, `std.xor(true, false)`, `std.xnor(true, false)`, `std.round(2.5)`, `std.round(-1.2)`, `std.hypot(3, 4)`,
	`std.log2(8)`, `std.all([true, false])`, `std.any([false, true])`, `std.all([])`, `std.sum([1, 2, 3])`, `std.avg([1, 2])`, `std.avg([])`, `std.contains([1, 2], 3)`,
	`std.minArray([3, 1, 2])`, `std.maxArray(['a', 'c', 'b'])`, `std.minArray([], onEmpty=0)`, `std.minArray([])`, `std.maxArray([{a: 1}, {a: 3}], function(x) x.a)`,
	`std.remove([1, 2, 1], 1)`, `std.remove([1], 5)`, `std.removeAt([1, 2, 3], 1)`, `std.flattenDeepArray([1, [2, [3, []]]])`, `std.isEmpty('')`, `std.isEmpty('x')`, `std.equalsIgnoreCase('aB', 'Ab')`,
	`std.trim(' \t x y \n')`, `std.splitLimitR('a,b,c,d', ',', 2)`, `std.splitLimitR('a,b', ',', 5)`, `std.splitLimitR('a,b', ',', -1)`, `std.escapeStringXML('<a b="c">&\'')`,
	`std.objectKeysValues({b: 1, a: 2, c:: 3})`, `std.objectKeysValuesAll({b: 1, c:: 3})`, `std.objectRemoveKey({a: 1, b: 2}, 'a')`, `std.id(5)`, `std.floor(std.pi * 1000)`,
	`std.round(std.deg2rad(180) * 1000)`, `std.rad2deg(0)`, `std.round(std.log10(1000))`, `std.round(std.atan2(-1, -1) * 1000)`,
	`std.type(null)`, `std.isString('x')`, `std.isNumber(1)`, `std.isBoolean(true)`, `std.isObject({})`, `std.isArray([])`, `std.isFunction(function(x) x)`,
	`std.assertEqual(1, 1)`, `std.equals([1, {a: 2}], [1, {a: 2}])`, `std.primitiveEquals(1, 1)`, `std.trace('x', 5)`, `std.native('x') == null`,
	`1 == 1.0`, `'a' < 'b'`, `[1, 2] < [1, 3]`, `1 << 4 | 3 & 2 ^ 7`, `~5`, `!true`, `'a' + 1 + [2]`, `{a: 1} + {b: 2}`, `{a: 1}.a`, `'x' in {x: 1}`, `{[if false then 'a']: 1}`,
	`local a = 1, b = a + 1; b`, `if 1 > 2 then 3`, `(function(x, y=x) x + y)(2)`, `{local s = self, a: 1, b: s.a}`, `{a: $.b, b: 2}`, `[x * y for x in [1, 2] for y in [3, 4] if x != 2]`,
	`{f(x): x + 1}.f(1)`, `0.1 + 0.2`, `1e21`, `1 / 3`, `-0`, `100000000000000000000`, `3.0`, `5e-324`, `1.7976931348623157e308`,
	`{a: 1, assert self.a == 1}`, `{a+: {b: 1}}`, `std.thisFile[std.length(std.thisFile) - 12:]`, `"\u00e9\"'\\/\b\f"`, `@'a\b''c'`,
}

func TestStandardLibraryGivesTheSame(t *testing.T) {
	p := newPeer(t)
	for _, expression := range expressions {
		t.Run(expression, func(t *testing.T) {
			p.compare(t, program("{apiVersion: 'x.io/v1', kind: 'W', metadata: {name: 'a'}, spec: {value: "+expression+"}}"))
		})
	}
}

// What Debian's libjsonnet lacks is refused by its name.
func TestFunctionsThatOnlyGoHasAreNamed(t *testing.T) {
	p := newPeer(t)
	for name, expression := range map[string]string{
		"sha256": `std.sha256('x')`, "sha1": `std.sha1('x')`, "sha512": `std.sha512('x')`, "sha3": `std.sha3('x')`,
	} {
		root := write(t, harness.Tree{"main.jsonnet": object("a", "{x: "+expression+"}")})
		_, err := p.plugin(root, app{})
		if err == nil {
			continue // a newer library
		}
		for _, word := range []string{"main.jsonnet", "std." + name, "libjsonnet 0."} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error does not say %q: %v", name, word, err)
			}
		}
	}
}

const secretText = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: CANARY\n"

// What a program imports arrives decrypted.
func TestEncryptedImportsAreSeenAsPlaintext(t *testing.T) {
	p := newPeer(t)
	canary := fmt.Sprintf("canary-%x", p.key.Recipient[10:20])
	plain := harness.Tree{
		"app/text.jsonnet":    "std.parseJson(std.manifestJson({apiVersion: 'v1', kind: 'Secret', metadata: {name: 'a'}, stringData: {file: importstr 'secret.enc.yaml'}}))",
		"app/secret.enc.yaml": strings.ReplaceAll(strings.ReplaceAll(secretText, "CANARY", canary), "  ", "    "), // as sops indents
		"app/json.jsonnet":    "{apiVersion: 'v1', kind: 'Secret', metadata: {name: 'b'}, stringData: {p: (import 'values.json').password, q: (import 'lib.libsonnet').q}}",
		"app/values.json":     `{"password": "` + canary + `", "n": 5}`,
		"lib/lib.libsonnet":   "{q: importstr 'bin.txt'}",
		"lib/bin.txt":         canary + "\nüber\n",
		"app/env.jsonnet":     "{apiVersion: 'v1', kind: 'Secret', metadata: {name: 'c'}, stringData: {p: importstr '.env'}}",
		"app/.env":            "A=" + canary + "\n",
	}
	a := app{path: "app", directory: v1alpha1.ApplicationSourceDirectory{
		Exclude: "*.{json,yaml}", Jsonnet: v1alpha1.ApplicationSourceJsonnet{Libs: []string{"lib"}}}}
	native, err := p.native(write(t, plain), a)
	harness.Check(t, err)
	encrypted := p.key.EncryptFiles(t, plain, "app/secret.enc.yaml", "app/values.json", "lib/bin.txt", "app/.env")
	got, err := p.plugin(write(t, encrypted), a)
	if difference, _ := same(native, nil, got, err); difference != "" {
		t.Fatal(difference)
	}
	if len(got) != 3 || strings.Count(strings.Join(got, ""), canary) != 4 {
		t.Errorf("%q", got)
	}
	whole := p.key.EncryptFiles(t, harness.Tree{"main.jsonnet": object("a", "{x: '"+canary+"'}")}, "main.jsonnet")
	got, err = p.plugin(write(t, whole), app{})
	if err != nil || !strings.Contains(strings.Join(got, ""), canary) {
		t.Errorf("an encrypted program: %v %q", err, got)
	}
	p.clean(t, canary)
}

// No decrypted value turns up in an error, the log, or a file, whatever a program does with it.
func TestErrorsOfProgramsHoldNoPlaintext(t *testing.T) {
	p := newPeer(t)
	canary := fmt.Sprintf("canary-%x", p.key.Recipient[10:20])
	values := p.key.Encrypt(t, "values.json", `{"password": "`+canary+`"}`)
	text := p.key.Encrypt(t, "secret.yaml", strings.ReplaceAll(secretText, "CANARY", canary))
	for _, expression := range []string{
		"error (import 'values.json').password", "error importstr 'secret.yaml'", "std.parseJson((import 'values.json').password)",
		"(import 'values.json')[(import 'values.json').password]", "std.trace((import 'values.json').password, error 'x')",
		"std.parseInt((import 'values.json').password)", "import 'secret.yaml'", "{a: 1}[std.base64((import 'values.json').password)]",
		"assert false : (import 'values.json').password; {}", "error std.toString(import 'values.json')", "(import 'values.json').password",
		"{kind: (import 'values.json').password}", "[(import 'values.json').password]", "error std.asciiUpper((import 'values.json').password)[0:8]",
	} {
		root := write(t, harness.Tree{"app/main.jsonnet": expression, "app/values.json": values, "app/secret.yaml": text})
		_, err := p.plugin(root, app{path: "app", directory: v1alpha1.ApplicationSourceDirectory{Include: "*.jsonnet"}})
		if err == nil {
			t.Errorf("%s: accepted", expression)
			continue
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error holds plaintext: %v", expression, err)
		}
		if !strings.Contains(err.Error(), "main.jsonnet") || strings.Contains(err.Error(), p.place.Work) {
			t.Errorf("%s: the error must name the file, and not the workspace: %v", expression, err)
		}
	}
	p.clean(t, canary)
}

// A file that no key opens is an error only where a program gets to it.
func TestImportThatNoKeyOpens(t *testing.T) {
	p := newPeer(t)
	other := harness.NewKey(t)
	tree := harness.Tree{
		"main.jsonnet":   "if std.extVar('env') == 'prod' then import 'prod.libsonnet' else " + object("dev", "{}"),
		"prod.libsonnet": other.Encrypt(t, "prod.libsonnet", object("prod", "{}")),
	}
	root := write(t, tree)
	with := func(env string) app {
		return withJsonnet(app{}, v1alpha1.ApplicationSourceJsonnet{ExtVars: variables{{Name: "env", Value: env}}})
	}
	if got, err := p.plugin(root, with("dev")); err != nil || len(got) != 1 {
		t.Errorf("%v %q", err, got)
	}
	_, err := p.plugin(root, with("prod"))
	if err == nil || !strings.Contains(err.Error(), "prod.libsonnet") || !strings.Contains(err.Error(), other.Recipient) {
		t.Errorf("%v", err)
	}
}

// Memory and time are bounded, and the server goes on.
func TestGreedyProgramsAreStopped(t *testing.T) {
	p := newPeer(t, "--max-jsonnet-mb", "96", "--max-run-time", "8")
	for name, c := range map[string]struct{ text, says string }{
		"memory":  {"local d(n) = if n == 0 then 'xxxxxxxxxxxxxxxx' else local x = d(n - 1); x + x; {x: d(24)}", "memory"},
		"array":   {"{x: std.length(std.makeArray(100000000, function(i) i))}", "needs more than 96 MiB of memory"},
		"endless": {"local f(n) = if n < 0 then 0 else f(n + 1) tailstrict; {x: f(0)}", "time"},
		"nesting": {strings.Repeat("[", 200000) + strings.Repeat("]", 200000), "main.jsonnet"},
		"stack":   {"local f(x) = 1 + f(x + 1); f(0)", "main.jsonnet"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.plugin(write(t, harness.Tree{"main.jsonnet": c.text}), app{})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
	if got, err := p.plugin(write(t, harness.Tree{"main.jsonnet": object("a", "{}")}), app{}); err != nil || len(got) != 1 {
		t.Errorf("%v %q", err, got)
	}
}
