package directory_test

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

func configMap(name string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n  key: value\n"
}

func jsonConfigMap(name string) string {
	return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `"},"data":{"key":"value"}}`
}

func toUTF16(text string, order binary.ByteOrder) string {
	var bytes []byte
	for _, unit := range append([]uint16{0xFEFF}, utf16.Encode([]rune(text))...) {
		pair := make([]byte, 2)
		order.PutUint16(pair, unit)
		bytes = append(bytes, pair...)
	}
	return string(bytes)
}

// filler is a comment that packs badly: an archive that grows too much is refused.
func filler(size int) string {
	bytes := make([]byte, size/2)
	source := rand.NewPCG(1, 2)
	for i := 0; i+8 <= len(bytes); i += 8 {
		binary.LittleEndian.PutUint64(bytes[i:], source.Uint64())
	}
	return "#" + hex.EncodeToString(bytes)
}

var recurse = v1alpha1.ApplicationSourceDirectory{Recurse: true}

// Each is rendered, or refused, alike.
var cases = map[string]app{
	"one":              {tree: harness.Tree{"a.yaml": configMap("a")}},
	"order":            {tree: harness.Tree{"b.yml": configMap("b"), "a-b.yaml": configMap("a-b"), "a/c.yaml": configMap("c"), "a.json": jsonConfigMap("a"), "A.yaml": configMap("aa")}, directory: recurse},
	"no recurse":       {tree: harness.Tree{"b.yml": configMap("b"), "a/c.yaml": configMap("c")}},
	"app below":        {tree: harness.Tree{"x.yaml": configMap("x"), "apps/a/b.yaml": configMap("b"), "apps/a/z/b.yaml": configMap("c")}, path: "apps/a", directory: recurse},
	"hidden":           {tree: harness.Tree{".x.yaml": configMap("x"), ".yaml": configMap("y"), ".json": jsonConfigMap("z"), ".d/a.yaml": configMap("d")}, directory: recurse},
	".json, not JSON":  {tree: harness.Tree{".json": configMap("z")}},
	"other suffixes":   {tree: harness.Tree{"a.YAML": configMap("x"), "a.yaml.bak": configMap("y"), "yaml": configMap("z"), "a.txt": "x"}},
	"newline in name":  {tree: harness.Tree{"a\nb.yaml": configMap("x"), "c.yaml": configMap("c")}},
	"multi":            {tree: harness.Tree{"a.yaml": configMap("a") + "---\n" + configMap("b") + "--- # comment\n" + configMap("c")}},
	"multi empty":      {tree: harness.Tree{"a.yaml": "---\n---\n# nothing\n---\nnull\n---\n~\n---\n" + configMap("b") + "---\n\n---"}},
	"multi one bad":    {tree: harness.Tree{"a.yaml": configMap("a") + "---\nfoo: bar\n"}},
	"multi first bad":  {tree: harness.Tree{"a.yaml": "foo: bar\n---\n" + configMap("a")}},
	"multi crlf":       {tree: harness.Tree{"a.yaml": strings.ReplaceAll(configMap("a")+"---\n"+configMap("b"), "\n", "\r\n")}},
	"document end":     {tree: harness.Tree{"a.yaml": configMap("a") + "...\n---\n" + configMap("b")}},
	"separator text":   {tree: harness.Tree{"a.yaml": configMap("a") + "--- foo\n" + configMap("b")}},
	"separator tab":    {tree: harness.Tree{"a.yaml": configMap("a") + "---\t# x\n" + configMap("b")}},
	"dashes in text":   {tree: harness.Tree{"a.yaml": configMap("a") + "  text: |\n    a\n    ---\n    b\n"}},
	"dashes in text 0": {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: \"a\n---\nb\"\n"}},
	"list":             {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- " + jsonConfigMap("a") + "\n- " + jsonConfigMap("b") + "\n"}},
	"typed list":       {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems:\n- " + jsonConfigMap("a") + "\n"}},
	"items of any":     {tree: harness.Tree{"a.yaml": "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: a}\nitems:\n- " + jsonConfigMap("a") + "\n"}},
	"items empty":      {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems: []\n", "b.yaml": configMap("b")}},
	"items null":       {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems: null\n", "b.yaml": configMap("b")}},
	"items null spec":  {tree: harness.Tree{"a.yaml": "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: a}\nspec: {}\nitems: null\n", "b.yaml": configMap("b")}},
	"items text":       {tree: harness.Tree{"a.yaml": "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: a}\nitems: text\n"}},
	"items scalar":     {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems: [1]\n"}},
	"items list":       {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: [" + jsonConfigMap("a") + "]}\n"}},
	"list json":        {tree: harness.Tree{"a.json": `{"apiVersion":"v1","kind":"List","items":[` + jsonConfigMap("a") + `,` + jsonConfigMap("b") + `]}`}},
	"json":             {tree: harness.Tree{"a.json": jsonConfigMap("a")}},
	"json space":       {tree: harness.Tree{"a.json": " \n\t" + jsonConfigMap("a") + "\n\n "}},
	"json two":         {tree: harness.Tree{"a.json": jsonConfigMap("a") + jsonConfigMap("b")}},
	"json two lines":   {tree: harness.Tree{"a.json": jsonConfigMap("a") + "\n" + jsonConfigMap("b")}},
	"json array":       {tree: harness.Tree{"a.json": "[" + jsonConfigMap("a") + "]"}},
	"json text":        {tree: harness.Tree{"a.json": `"text"`}},
	"json empty":       {tree: harness.Tree{"a.json": ""}},
	"json comma":       {tree: harness.Tree{"a.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},}`}},
	"json comment":     {tree: harness.Tree{"a.json": "# x\n" + jsonConfigMap("a")}},
	"json is yaml":     {tree: harness.Tree{"a.json": configMap("a")}},
	"json flow yaml":   {tree: harness.Tree{"a.json": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"}},
	"json dashes":      {tree: harness.Tree{"a.json": "---\n" + jsonConfigMap("a")}},
	"json rest":        {tree: harness.Tree{"a.json": jsonConfigMap("a") + "\n---\n" + jsonConfigMap("b")}},
	"json surrogates":  {tree: harness.Tree{"a.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud83d\ude00\u2028"}}`}},
	"json numbers":     {tree: harness.Tree{"a.json": `{"apiVersion":"x.io/v1","kind":"W","metadata":{"name":"a"},"spec":{"a":1,"b":-0,"c":1e3,"d":1.5,"e":9007199254740993,"f":1e-7,"g":0.1,"h":12345678901234567890}}`}},
	"json duplicates":  {tree: harness.Tree{"a.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1","k":"2"}}`}},
	"json in yaml":     {tree: harness.Tree{"a.yaml": jsonConfigMap("a")}},
	"json stream yaml": {tree: harness.Tree{"a.yaml": jsonConfigMap("a") + jsonConfigMap("b") + "\n" + jsonConfigMap("c")}},
	"json then yaml":   {tree: harness.Tree{"a.yaml": jsonConfigMap("a") + "\n---\n" + configMap("b")}},
	"json sep json":    {tree: harness.Tree{"a.yaml": jsonConfigMap("a") + "\n---\n" + jsonConfigMap("b") + "\n---\n" + jsonConfigMap("c")}},
	"json sep now":     {tree: harness.Tree{"a.yaml": jsonConfigMap("a") + "---\n" + jsonConfigMap("b")}},
	"json json yaml":   {tree: harness.Tree{"a.yaml": jsonConfigMap("a") + jsonConfigMap("b") + "\n---\n" + configMap("c")}},
	"yaml then json":   {tree: harness.Tree{"a.yaml": configMap("a") + "---\n" + jsonConfigMap("b")}},
	"json surr. yaml":  {tree: harness.Tree{"a.yaml": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud83d\ude00"}}`}},
	"json, end mark":   {tree: harness.Tree{"a.yaml": "---\n" + jsonConfigMap("a") + "\n...\n"}},
	"flow yaml":        {tree: harness.Tree{"a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}\n"}},
	"flow yaml, two":   {tree: harness.Tree{"a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"}},
	"space before key": {tree: harness.Tree{"a.yaml": "apiVersion : v1\nkind : ConfigMap\nmetadata :\n  name : a\n"}},
	"skip":             {tree: harness.Tree{"a.yaml": "# +argocd:skip-file-rendering\n" + configMap("a"), "b.json": `{"x":"+argocd:skip-file-rendering"}`, "c.yaml": configMap("c")}},
	"skip broken":      {tree: harness.Tree{"a.yaml": "{{ template }} # +argocd:skip-file-rendering\nkind: a\napiVersion: b\nmetadata: c", "c.yaml": configMap("c")}},
	"unrelated":        {tree: harness.Tree{"values.yaml": "replicas: 3\nimage: x\n", "list.yaml": "- a\n- b\n", "text.yaml": "hello\n", "empty.yaml": "", "c.yaml": configMap("c")}},
	"kind empty":       {tree: harness.Tree{"values.yaml": "kind: ''\nfoo: y\n", "c.yaml": configMap("c")}},
	"kind number":      {tree: harness.Tree{"values.yaml": "kind: 5\nfoo: y\n", "c.yaml": configMap("c")}},
	"kind null":        {tree: harness.Tree{"values.yaml": "kind:\nfoo: y\n", "c.yaml": configMap("c")}},
	"no kind words":    {tree: harness.Tree{"values.yaml": "foo: y\n# apiVersion: kind: metadata:\n", "c.yaml": configMap("c")}},
	"template":         {tree: harness.Tree{"t.yaml": "{{- if .Values.x }}\nfoo: {{ .Values.y }}\n{{- end }}\n", "c.yaml": configMap("c")}},
	"template object":  {tree: harness.Tree{"t.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.y }}\n", "c.yaml": configMap("c")}},
	"broken":           {tree: harness.Tree{"t.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: x\n"}},
	"broken unrelated": {tree: harness.Tree{"t.yaml": "a:\n  b: c\n d: x\n", "c.yaml": configMap("c")}},
	"tabs":             {tree: harness.Tree{"t.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n"}},
	"utf16 le":         {tree: harness.Tree{"a.yaml": toUTF16(configMap("a")+"  uml: ü😀\n", binary.LittleEndian), "b.json": toUTF16(jsonConfigMap("b"), binary.LittleEndian)}},
	"utf16 be":         {tree: harness.Tree{"a.yaml": toUTF16(configMap("a")+"  uml: ü😀\n", binary.BigEndian), "b.json": toUTF16(jsonConfigMap("b"), binary.BigEndian)}},
	"utf16 skip":       {tree: harness.Tree{"a.yaml": toUTF16("# +argocd:skip-file-rendering\n"+configMap("a"), binary.LittleEndian), "c.yaml": configMap("c")}},
	"utf16 odd":        {tree: harness.Tree{"a.yaml": toUTF16(configMap("a")+"#", binary.LittleEndian) + "x"}},
	"utf16 no bom":     {tree: harness.Tree{"a.yaml": toUTF16(configMap("a"), binary.LittleEndian)[2:], "c.yaml": configMap("c")}},
	"utf8 bom":         {tree: harness.Tree{"a.yaml": "\uFEFF" + configMap("a"), "b.json": "\uFEFF" + jsonConfigMap("b")}},
	"two boms":         {tree: harness.Tree{"a.yaml": "\uFEFF\uFEFF" + configMap("a")}},
	"latin1 comment":   {tree: harness.Tree{"a.yaml": "# pr\xfcfung\n" + configMap("a")}},
	"latin1 value":     {tree: harness.Tree{"a.yaml": configMap("a") + "  x: pr\xfcfung\n", "b.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"data":{"k":"` + "pr\xfc" + `"}}`}},
	"yaml 1.1":         {tree: harness.Tree{"a.yaml": "apiVersion: x.io/v1\nkind: W\nmetadata: {name: a}\nspec:\n  n: yes\n  y: 0777\n  on: 1_000\n  d: 2001-01-01\n  f: 1e3\n  g: .5\n  h: 0o7\n  i: 0x1F\n  j: 190:20:30\n  k: ~\n  l: !!str 5\n  m: !!int '5'\n  b: !!binary aGVsbG8=\n  q: 1.0\n  r: 12345678901234567890123\n"}},
	"anchors":          {tree: harness.Tree{"a.yaml": "apiVersion: x.io/v1\nkind: W\nmetadata: {name: a}\nspec:\n  a: &a {x: 1, z: 0}\n  b: *a\n  c: {<<: *a, x: 2}\n  d: {<<: [*a, {q: 1}], y: 1}\n"}},
	"duplicate keys":   {tree: harness.Tree{"a.yaml": configMap("a") + "  key: other\n"}},
	"directive":        {tree: harness.Tree{"a.yaml": "%YAML 1.1\n---\n" + configMap("a")}},
	"control":          {tree: harness.Tree{"a.yaml": configMap("a") + "  x: \"a\x01b\"\n"}},
	"nul":              {tree: harness.Tree{"a.yaml": configMap("a") + "\x00"}},
	"link file":        {tree: harness.Tree{"app/a.yaml": "-> ../shared/b.yaml", "shared/b.yaml": configMap("b")}, path: "app"},
	"link to txt":      {tree: harness.Tree{"app/a.yaml": "-> ../shared/b.txt", "shared/b.txt": configMap("b"), "app/c.txt": "-> ../shared/b.txt"}, path: "app"},
	"link json name":   {tree: harness.Tree{"app/a.json": "-> ../shared/b.yaml", "shared/b.yaml": configMap("b")}, path: "app"},
	"link yaml name":   {tree: harness.Tree{"app/a.yaml": "-> ../shared/b.json", "shared/b.json": jsonConfigMap("b") + jsonConfigMap("c")}, path: "app"},
	"link chain":       {tree: harness.Tree{"app/a.yaml": "-> b.yaml", "app/b.yaml": "-> ../x", "x": configMap("x")}, path: "app"},
	"link dangling":    {tree: harness.Tree{"a.yaml": "-> nowhere.yaml", "c.yaml": configMap("c")}},
	"link dir":         {tree: harness.Tree{"d": "-> e", "e/a.yaml": configMap("a"), "f.yaml": "-> e"}, directory: recurse},
	"link loop":        {tree: harness.Tree{"a.yaml": "-> b.yaml", "b.yaml": "-> a.yaml"}},
	"empty dir":        {tree: harness.Tree{"x/y.txt": "t"}, path: "x"},
	"exclude":          {tree: harness.Tree{"a.yaml": configMap("a"), "b.yaml": configMap("b"), "c/a.yaml": configMap("c")}, directory: v1alpha1.ApplicationSourceDirectory{Recurse: true, Exclude: "{a,c/*}.yaml"}},
	"include":          {tree: harness.Tree{"a.yaml": configMap("a"), "b.yaml": configMap("b"), "c/a.yaml": configMap("c")}, directory: v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: "*a.yaml"}},
	"both":             {tree: harness.Tree{"a.yaml": configMap("a"), "b.yaml": configMap("b"), "c/a.yaml": configMap("c")}, directory: v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: "*a.yaml", Exclude: "c/**"}},
	"exclude link out": {tree: harness.Tree{"a.yaml": configMap("a"), "b.yaml": "-> d/../../x", "d/x": "y"}, directory: v1alpha1.ApplicationSourceDirectory{Exclude: "b.yaml"}},
	"excluded broken":  {tree: harness.Tree{"a.yaml": configMap("a"), "b.yaml": "kind: x\napiVersion: y\nmetadata: z\n q: r"}, directory: v1alpha1.ApplicationSourceDirectory{Exclude: "b.yaml"}},
	"size":             {tree: harness.Tree{"a.yaml": configMap("a") + filler(5_000_000), "b.yaml": configMap("a") + filler(5_000_000)}},
	"size excluded":    {tree: harness.Tree{"a.yaml": configMap("a") + filler(5_000_000), "b.yaml": configMap("a") + filler(5_000_000)}, directory: v1alpha1.ApplicationSourceDirectory{Exclude: "b.yaml"}},
	"size skipped":     {tree: harness.Tree{"a.yaml": configMap("a") + filler(5_000_000), "b.yaml": "# +argocd:skip-file-rendering\n" + filler(5_000_000)}},
	"size unrelated":   {tree: harness.Tree{"a.yaml": configMap("a") + filler(5_000_000), "b.yaml": "a: b\n" + filler(5_000_000)}},
	"size below":       {tree: harness.Tree{"a.yaml": configMap("a") + filler(4_900_000), "b.yaml": configMap("a") + filler(4_900_000)}},
	"generate name":    {tree: harness.Tree{"a.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: a-\n"}},
	"no name":          {tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: ConfigMap\n"}},
}

func TestHandPickedTreesAreRenderedAlike(t *testing.T) {
	p := newPeer(t)
	for name, a := range cases {
		t.Run(name, func(t *testing.T) { p.compare(t, a) })
	}
}

// What Argo CD renders and we refuse, and why: docs/differences.md.
var stricter = map[string]struct {
	app
	says string
}{
	"kind alone":          {app{tree: harness.Tree{"values.yaml": "kind: x\nfoo: y\n"}}, "apiVersion"},
	"json without kind":   {app{tree: harness.Tree{"a.json": `{"a": "b"}`}}, "apiVersion"},
	"json, more brackets": {app{tree: harness.Tree{"a.json": jsonConfigMap("a") + "}"}}, "a.json"},
	"lone surrogate":      {app{tree: harness.Tree{"a.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"\ud800"}}`}}, "a.json"},
	"bad pattern":         {app{tree: harness.Tree{"a.yaml": configMap("a")}, directory: v1alpha1.ApplicationSourceDirectory{Exclude: "[a"}}, "parameter exclude"},
	"nothing":             {app{tree: harness.Tree{"a.txt": "a"}, keepEmpty: true}, "allowEmpty"},
	"no document line":    {app{tree: harness.Tree{"a.yaml": configMap("a") + "...\n" + configMap("b")}}, "a.yaml"},
	"ciphertext":          {app{tree: harness.Tree{"a.yaml": configMap("a") + "  x: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n"}}, "data.x"},
	"secret not base64":   {app{tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {x: '!'}\n"}}, "data.x"},
	"list of anything":    {app{tree: harness.Tree{"a.yaml": "apiVersion: v1\nkind: List\nitems: [{a: b}]\n"}}, "items[0]"},
}

func TestStricterThanArgoCD(t *testing.T) {
	p := newPeer(t)
	for name, c := range stricter {
		t.Run(name, func(t *testing.T) {
			root := write(t, c.tree)
			native, nativeErr := p.native(root, c.app)
			plugin, err := p.plugin(root, c.app)
			if difference, stricter := same(native, nativeErr, plugin, err); !stricter {
				t.Errorf("no longer a difference: %s", difference)
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error does not say %q: %v", c.says, err)
			}
		})
	}
}
