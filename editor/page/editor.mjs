// What the page takes of CodeMirror. The page's own code is not bundled: it stands beside the bundle.
export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
export { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
export { bracketMatching, indentUnit } from '@codemirror/language';
export { lintGutter, lintKeymap } from '@codemirror/lint';
export {
  LSPClient, LSPPlugin, Workspace, findReferencesKeymap, formatDocument, formatKeymap, hoverTooltips,
  jumpToDefinitionKeymap, renameKeymap, serverCompletion, serverDiagnostics
} from '@codemirror/lsp-client';
export { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
export { Compartment, EditorState, RangeSet, StateEffect, StateField } from '@codemirror/state';
export {
  Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, highlightActiveLineGutter,
  keymap, lineNumbers
} from '@codemirror/view';
