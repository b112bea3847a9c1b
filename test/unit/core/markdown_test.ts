import { assert, assertEquals } from "@std/assert";
import { plainText } from "../../../src/core/markdown.ts";

/** Each is what a person reads of what an agent wrote. */
function shows(cases: Readonly<Record<string, string>>): void {
  for (const [markdown, plain] of Object.entries(cases)) assertEquals(plainText(markdown), plain);
}

function staysAsItIs(...texts: readonly string[]): void {
  for (const text of texts) assertEquals(plainText(text), text);
}

Deno.test("text that has no Markdown is the same text", () => {
  staysAsItIs(
    "",
    "hello",
    "你好，世界！\n第二行",
    "1. one\n2. two\n\n- a\n- b\n",
    "#topic #话题",
    "> said before\n\nanswer",
    "  indented\r\nwith carriage returns\r\n",
    "- old line\n+ new line\n--- a/file",
    "a | b",
  );
});

Deno.test("marks around words go, in Chinese too", () => {
  shows({
    "**bold** *italic* ***both*** _soft_ __Very soft__": "bold italic both soft Very soft",
    "这是**重点**内容，**注意：**请看，使用**缓存**API": "这是重点内容，注意：请看，使用缓存API",
    "**a *b* c** (*d*), *e*.": "a b c (d), e.",
    "说**(注)**字，文**[链](https://a.b)**字，约**10%**，**src/**":
      "说(注)字，文链 (https://a.b)字，约10%，src/",
    "😀*a*😀 *😀* “*b*” *`c`*": "😀a😀 😀 “b” `c`",
  });
});

Deno.test("what is struck out keeps its marks, or it would count", () => {
  staysAsItIs("price ~~100~~ 80", "哈~~ 好~~谢谢~~", "~/.a and ~/.b");
});

Deno.test("faces are drawn with stars and lines", () => {
  staysAsItIs(
    "(*^▽^*) (*^_^*) (*^o^*) o(*￣▽￣*)ブ",
    "T_T *_* ^_^ >_<",
    "^_^ 好的 ^_^，>_< 不行 >_<",
    "-_- so -_-",
  );
});

Deno.test("stars and underscores of names, sums and patterns stay", () => {
  staysAsItIs(
    "snake_case_name and __init__ and _private",
    "2 * 3 * 4 = 24, 2**3**4, a*b*c, 体积 = 长*宽*高",
    "def f(*args, **kwargs): g(*args, **kwargs)",
    "f(*args) and g(*args)",
    "(a)**2 + (b)**2, a**(b) + c**(d), 2**-1 and 2**-2, (a)*(b)*(c)",
    '"src/**", "test/**"',
    "*.ts, *.js and **/*.md",
    "*/5 * * * * backup\n* * * * * look",
    "escaped \\*stars\\* stay",
    "half **open and half* closed",
    "password: ****",
    "https://example.com/_a_/*b*/__c__x",
  );
});

Deno.test("formulas stay", () => {
  staysAsItIs(
    "$a_1 *b* c_2$ and $$x *y* z$$ and \\(p *q* r\\)",
    "$$\na *b* c\n$$",
    "\\[\n**x**\n\\]",
    "so \\[ a *b* c \\] holds",
  );
  shows({ "costs $5 and *not* $6": "costs $5 and not $6" });
});

Deno.test("code stays to the letter, in fences, quotations and lines", () => {
  staysAsItIs(
    "```md\n# **x** | y\n```",
    "~~~\n* [a](b.c)\n~~~",
    "1. do\n   ```sh\n   echo **\n   ```",
    "- ```\n  *a*\n  ```",
    "> ```\n> *a*\n> ```",
    "```\n# never closed *a*",
    "`*a*` ``*b` *c*`` `[x](y.z)`",
    "so:\n\n    # set *it*\n\n    * a\n\ndone",
    "\t* a",
  );
  shows({
    "```\n*a*\n```\n*b*": "```\n*a*\n```\nb",
    "> ```\n> *a*\n*b*": "> ```\n> *a*\nb",
    "`open *b*": "`open b",
    "- a\n\n    - *b*\n\n    *c*": "- a\n\n    - b\n\n    c",
    "text\n    *b*": "text\n    b",
  });
});

Deno.test("headings stand on lines of their own, rules are lines, and bullets and boxes are drawn", () => {
  shows({
    "# One\n\ntext\n## *Two* ##\n###### C# #": "One\n\ntext\nTwo\nC#",
    "a\n***\nb\n- - -\n___": "a\n────────\nb\n────────\n────────",
    "* a\n  * **b**\n- [ ] open\n- [x] done": "• a\n  • b\n☐ open\n☑ done",
    "> # Title\n> * a": "> Title\n> • a",
  });
});

Deno.test("links and images show where they lead, once", () => {
  shows({
    '[docs](https://a.b/c_d_(e) "Title")': "docs (https://a.b/c_d_(e))",
    "[https://a.b](https://a.b) and [me@a.b](mailto:me@a.b)": "https://a.b and me@a.b",
    "<https://a.b/c> [[1]](https://a.b)": "https://a.b/c [1] (https://a.b)",
    "![chart](https://a.b/c.png) ![](https://a.b/d.png)":
      "chart (https://a.b/c.png) https://a.b/d.png",
    "![dot](data:image/png;base64,AAAA)": "dot",
    "[**bold**](https://a.b), see [below](#part)": "bold (https://a.b), see below",
    "[![badge](https://a.b/i.svg)](https://a.b)": "badge (https://a.b/i.svg) (https://a.b)",
  });
  staysAsItIs(
    "handlers[name](req.body)",
    "f()[0](a.b)",
    "arr[i](x)",
    "[note]",
    "[a] (b)",
    "[^1]: foot",
  );
});

Deno.test("a table becomes lines that fit a phone, and no cell is lost", () => {
  shows({
    "| Name | Port |\n|:--|--:|\n| web | **80** |\n| ssh | 22 |\nafter":
      "Name: Port\n• web: 80\n• ssh: 22\nafter",
    "| A | B | C |\n| --- | --- | --- |\n| 1 | | `x` \\| y |\n| 2 | z<br>w |":
      "• A: 1\n  C: `x` | y\n• A: 2\n  B: z / w",
    "城市 | 天气 | 温度\n---|---|---\n北京 | 晴 | 8": "• 城市: 北京\n  天气: 晴\n  温度: 8",
    "| a | b |\n|---|---|\n| `x | y` | z |\n| ``|`` | 1 | 2 |":
      "a: b\n• `x | y`: z\n• ``: ``, 1, 2",
    "> | a | b |\n> |---|---|\n> | 1 | 2 |": "> a: b\n> • 1: 2",
    "| only |\n|---|\n| 1 |": "only\n• 1",
    "| a | b | c |\n|---|---|---|": "a, b, c",
  });
  staysAsItIs("| a | b |\n| 1 | 2 |", "a | b\n---\n".replace("---", "--|--|--"));
});

Deno.test("names of columns that would swell a table are said once", () => {
  const long = "x".repeat(1_000);
  const plain = plainText(`a|b|${long}\n-|-|-\n${"1|2|3\n".repeat(1_000)}`);
  assertEquals(plain.split(long).length, 2);
  assert(plain.includes("• 1: 2, 3\n"));
});

Deno.test("a hostile text takes no longer than its length allows", () => {
  const units = ["[", "[a](", "*a ", "`", "``a`", "$a ", "\\(", "$$ ", "[[a]", "__a ", "> ", "# "];
  const more = [
    '*" ',
    "| a ",
    "~~~",
    '[a](b "',
    "<http://a",
    "**a*b ",
    " ",
    "-|",
    "a|b|c\n-|-|-\n",
  ];
  const startedAtMs = performance.now();
  for (const unit of [...units, ...more]) {
    const many = unit.repeat(Math.ceil(100_000 / unit.length));
    for (const text of [many, `x${many}*`, many + '"*'.repeat(20_000), `a|b\n-|-\n${many}`]) {
      plainText(text);
    }
  }
  // Sixty texts at a few ms each; a single quadratic one takes longer than that.
  assert(performance.now() - startedAtMs < 10_000);
});
