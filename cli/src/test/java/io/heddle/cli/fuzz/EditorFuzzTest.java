package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.language.Analysis;
import io.heddle.cli.lsp.Session;
import io.heddle.processor.diagnose.Diagnostic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.DocumentFormattingParams;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.FoldingRangeRequestParams;
import org.eclipse.lsp4j.FormattingOptions;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InlayHintParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.ReferenceContext;
import org.eclipse.lsp4j.ReferenceParams;
import org.eclipse.lsp4j.SemanticTokensParams;
import org.eclipse.lsp4j.TextDocumentContentChangeEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random edits through the language server, valid and not, with requests between them. */
class EditorFuzzTest {
  private static final int BETWEEN_CHECKS = 25;

  /** Bytes by which the heap may differ between its two looks. */
  private static final long FLAT = 24 << 20;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(Long.getLong("heddle.fuzz.seed", 1));

  private final TextChanges changes = SpecificationFuzzTest.changes();
  private Path file = Path.of("");
  private String text = "";

  @Test
  void aHundredEditsEndAsAFreshCompileDoes() throws Exception {
    edit(100);
  }

  @Tag("slow")
  @Test
  void aThousandEditsLeaveNothingBehind() throws Exception {
    edit(1000);
  }

  private void edit(int edits) throws Exception {
    file = folder.resolve("edited.tfm");
    String original = Files.readString(Path.of("../examples/models/llama3_8b.tfm"));
    text = original;
    long early = 0;
    try (Session session = new Session()) {
      session.open(file, text);
      for (int i = 1; i <= edits; i++) {
        if (i % BETWEEN_CHECKS == 0) {
          isAsFreshlyCompiled(session);
          ask(session);
          // Edits alone would end in texts of which nothing can be read.
          text = i % (2 * BETWEEN_CHECKS) == 0 ? original : changes.next(random);
          session.replace(file, text);
          isAsFreshlyCompiled(session);
          ask(session);
        }
        if (i == edits / 4) {
          early = heap();
        }
        session.send(file, List.of(someEdit()));
      }
      isAsFreshlyCompiled(session);
      assertThat(heap()).isLessThan(early + FLAT);
    }
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Replaces a few characters by some others, in the text and as the protocol says it. */
  private TextDocumentContentChangeEvent someEdit() {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + (random.nextInt(3) == 0 ? random.nextInt(12) : 0));
    from = aside(from);
    to = Math.max(from, aside(to));
    String with =
        random.nextInt(3) == 0
            ? ""
            : Fuzz.pick(
                List.of("x", " ", "\n", "{", "}", "tp = 2", "b", "\u00e9", "\ud83d\ude00", "//"),
                random);
    Range range = new Range(position(from), position(to));
    text = text.substring(0, from) + with + text.substring(to);
    return new TextDocumentContentChangeEvent(range, with);
  }

  /** Not between the halves of a character. */
  private int aside(int offset) {
    boolean isBetween =
        offset > 0 && offset < text.length() && Character.isLowSurrogate(text.charAt(offset));
    return isBetween ? offset - 1 : offset;
  }

  private Position position(int offset) {
    int line = 0;
    int begin = 0;
    for (int i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
      line++;
      begin = i + 1;
    }
    return new Position(line, offset - begin);
  }

  private void isAsFreshlyCompiled(Session session) {
    List<String> fresh = new ArrayList<>();
    for (Diagnostic finding :
        Analysis.of(file, text, unused -> Optional.empty()).findings().stream()
            .limit(200)
            .toList()) {
      fresh.add(finding.code().id() + " " + finding.message());
    }
    List<String> shown =
        session.await(file).getDiagnostics().stream()
            .map(d -> d.getCode().getLeft() + " " + d.getMessage())
            .map(shownText -> shownText.replaceFirst("(?s)\nhelp: .*", ""))
            .map(shownText -> shownText.replaceFirst("(TFM\\d+ )std/\\S+:\\d+:\\d+: ", "$1"))
            .toList();
    assertThat(shown).isEqualTo(fresh);
  }

  /** Every request that there is, somewhere; none fails. */
  private void ask(Session session) {
    var id = Session.id(file);
    Position place = position(random.nextInt(text.length() + 1));
    Range all = new Range(new Position(0, 0), new Position(1_000_000, 0));
    var texts = session.texts();
    Session.get(texts.hover(new HoverParams(id, place)));
    Session.get(texts.definition(new DefinitionParams(id, place)));
    Session.get(texts.references(new ReferenceParams(id, place, new ReferenceContext(true))));
    Session.get(texts.completion(new CompletionParams(id, place)));
    Session.get(texts.documentSymbol(new DocumentSymbolParams(id)));
    Session.get(texts.foldingRange(new FoldingRangeRequestParams(id)));
    Session.get(texts.semanticTokensFull(new SemanticTokensParams(id)));
    Session.get(texts.inlayHint(new InlayHintParams(id, all)));
    Session.get(texts.formatting(new DocumentFormattingParams(id, new FormattingOptions(2, true))));
    Session.get(
        texts.codeAction(
            new CodeActionParams(id, new Range(place, place), new CodeActionContext(List.of()))));
    for (CodeLens lens : Session.get(texts.codeLens(new CodeLensParams(id)))) {
      if (lens.getCommand() == null) {
        assertThat(Session.get(texts.resolveCodeLens(lens)).getCommand().getTitle()).isNotEmpty();
      }
    }
  }
}
