// Tries the grammar as editors run it, on words and on files of the examples.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';

const require = createRequire(import.meta.url);
const oniguruma = require('vscode-oniguruma');
const textmate = require('vscode-textmate');
const here = dirname(fileURLToPath(import.meta.url));
const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length));
const file = join(here, '../syntaxes/tfm.tmLanguage.json');
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: text => new oniguruma.OnigString(text)
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file)
});
const grammar = await registry.loadGrammar('source.tfm');

function scopes(line) {
  return grammar.tokenizeLine(line, textmate.INITIAL).tokens
    .map(token => [line.slice(token.startIndex, token.endIndex).trim(), token.scopes.at(-1)])
    .filter(([text]) => text !== '');
}
function has(line, text, scope) {
  assert.ok(scopes(line).some(([word, of]) => word === text && of === scope), `${line}: ${JSON.stringify(scopes(line))}`);
}

has('/// Llama 3', '/// Llama 3', 'comment.line.documentation.tfm');
has('  dim b   // open', '// open', 'comment.line.double-slash.tfm');
has('plan Pod64 of Llama3_8B {', 'Pod64', 'entity.name.type.tfm');
has('plan Pod64 of Llama3_8B {', 'plan', 'keyword.other.tfm');
has('  mesh pp = 4, dp = 2', '4', 'constant.numeric.tfm');
has('  memory 80 GiB at 3350 GB/s at 87.5 %', '87.5', 'constant.numeric.tfm');
has('    a = rmsnorm(x)', 'rmsnorm', 'support.function.tfm');
has('import "std/clusters.tfm"', 'std/clusters.tfm', 'string.quoted.double.tfm');
assert.ok(!scopes('  param head = 4').some(([word, of]) => word === 'head' && of.startsWith('keyword')), 'a name is no keyword');

const models = join(here, '../../../examples/models');
for (const name of readdirSync(models).filter(one => one.endsWith('.tfm'))) {
  for (const line of readFileSync(join(models, name), 'utf8').split('\n')) {
    const state = grammar.tokenizeLine(line, textmate.INITIAL).ruleStack;
    assert.equal(state.depth, 1, `${name}: what does not end in its line: ${line}`);
  }
}
