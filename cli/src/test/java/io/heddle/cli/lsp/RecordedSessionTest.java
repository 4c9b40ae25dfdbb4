package io.heddle.cli.lsp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.FoldingRangeRequestParams;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InlayHintParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.ReferenceContext;
import org.eclipse.lsp4j.ReferenceParams;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.SemanticTokensParams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions as an editor has them, and what the server answers. {@code -Dheddle.golden=write} writes
 * the answers anew.
 */
class RecordedSessionTest {
  private static final Path GOLDEN =
      Path.of("src", "test", "resources", "io", "heddle", "cli", "lsp");

  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  @TempDir private Path folder;
  private final StringBuilder record = new StringBuilder();

  private void answer(String question, Object answer) {
    String text = answer instanceof String plain ? plain : JSON.toJson(answer);
    record
        .append("== ")
        .append(question)
        .append('\n')
        .append(
            text.replaceAll("file://[^\"]*/std/", "LIBRARY/std/")
                .replace(folder.toUri().toString(), "FOLDER/")
                .replace(folder.toString(), "FOLDER"))
        .append("\n\n");
  }

  private void check(String name) throws IOException {
    Path golden = GOLDEN.resolve(name);
    if ("write".equals(System.getProperty("heddle.golden"))) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, record);
    }
    assertThat(record.toString()).isEqualTo(Files.readString(golden));
  }

  @Test
  void aPlanIsReadWithHoversAndHints() throws IOException {
    Path file = folder.resolve("llama3_8b.tfm");
    String text = Files.readString(Execution.example("llama3_8b.tfm"));
    try (Session session = new Session()) {
      answer("findings", session.open(file, text).getDiagnostics());
      for (String where :
          List.of(
              "q[b s g r d]",
              "a = rmsnorm",
              "wq[h",
              "y[b s h]     =",
              "tp = 8\n  layout pp",
              "g f voc over tp\n    layers",
              "heads = 32",
              "schedule",
              "rmsnorm",
              "hgx_h100(nodes = 8)",
              "Pod64",
              "Llama3_8B {")) {
        answer(
            "hover " + where.strip(),
            Session.get(
                    session
                        .texts()
                        .hover(new HoverParams(Session.id(file), Session.at(text, where, 0))))
                .getContents()
                .getRight()
                .getValue());
      }
      answer(
          "inlay hints",
          Session.get(
                  session
                      .texts()
                      .inlayHint(
                          new InlayHintParams(
                              Session.id(file),
                              new Range(new Position(0, 0), new Position(60, 0)))))
              .stream()
              .map(hint -> hint.getPosition().getLine() + 1 + ": " + hint.getLabel().getLeft())
              .toList());
      List<? extends CodeLens> lenses =
          Session.get(session.texts().codeLens(new CodeLensParams(Session.id(file))));
      for (CodeLens lens : lenses) {
        if (lens.getCommand() == null) {
          answer("lens", Session.get(session.texts().resolveCodeLens(lens)).getCommand());
        }
      }
      answer(
          "memory",
          Session.get(
              session
                  .server()
                  .getWorkspaceService()
                  .executeCommand(
                      new ExecuteCommandParams(
                          "heddle.memory", List.of(Session.uri(file), "Pod64")))));
    }
    check("hovers.txt");
  }

  @Test
  void namesAreFoundAndChanged() throws IOException {
    Path file = folder.resolve("names.tfm");
    String text = Files.readString(Execution.example("llama3_8b.tfm"));
    try (Session session = new Session()) {
      session.open(file, text);
      for (String where : List.of("hgx_h100(nodes = 8)", "wq\n", "Pod64 {\n  tp", "std/clusters")) {
        answer(
            "definition of " + where.strip(),
            Session.get(
                session
                    .texts()
                    .definition(
                        new DefinitionParams(Session.id(file), Session.at(text, where, 1)))));
      }
      answer(
          "references of heads",
          Session.get(
                  session
                      .texts()
                      .references(
                          new ReferenceParams(
                              Session.id(file),
                              Session.at(text, "heads = 32", 0),
                              new ReferenceContext(true))))
              .stream()
              .map(place -> place.getRange().getStart())
              .toList());
      answer(
          "rename g",
          Session.get(
              session
                  .texts()
                  .rename(
                      new RenameParams(
                          Session.id(file), Session.at(text, "g = kv_heads", 0), "groups"))));
      answer(
          "outline",
          Session.get(session.texts().documentSymbol(new DocumentSymbolParams(Session.id(file))))
              .stream()
              .map(symbol -> symbol.getRight())
              .map(
                  symbol ->
                      symbol.getDetail()
                          + " "
                          + symbol.getName()
                          + symbol.getChildren().stream().map(c -> c.getName()).toList())
              .toList());
      answer(
          "folds",
          Session.get(session.texts().foldingRange(new FoldingRangeRequestParams(Session.id(file))))
              .stream()
              .map(fold -> fold.getStartLine() + "-" + fold.getEndLine() + " " + fold.getKind())
              .toList());
      answer(
          "semantic tokens",
          Session.get(
                      session
                          .texts()
                          .semanticTokensFull(new SemanticTokensParams(Session.id(file))))
                  .getData()
                  .size()
              / 5);
    }
    check("names.txt");
  }

  @Test
  void mistakesAreShownAndMended() throws IOException {
    Path file = folder.resolve("wrong.tfm");
    String right = Files.readString(Execution.example("llama3_8b.tfm"));
    String text =
        right
            .replace("import \"std/clusters.tfm\"\n", "")
            .replace(
                "schedule   one_f_one_b\n  recompute  none\n  optimizer  adam\n",
                "schedule   one_f_one\n");
    try (Session session = new Session()) {
      answer("findings", session.open(file, text).getDiagnostics());
      for (String where : List.of("hgx_h100(nodes = 1)", "one_f_one\n")) {
        Position place = Session.at(text, where, 1);
        answer(
            "fixes of " + where.strip(),
            Session.get(
                session
                    .texts()
                    .codeAction(
                        new CodeActionParams(
                            Session.id(file),
                            new Range(place, place),
                            new CodeActionContext(List.of())))));
      }
      answer("after both", session.replace(file, right).getDiagnostics());
    }
    check("mistakes.txt");
  }

  @Test
  void whatCouldStandThereIsShown() throws IOException {
    Path file = folder.resolve("half.tfm");
    String text = Files.readString(Execution.example("llama3_8b.tfm"));
    try (Session session = new Session()) {
      session.open(file, text);
      for (List<String> typed :
          List.of(
              List.of("", "\n\n"),
              List.of("", "\nplan New of "),
              List.of("import \"std/clusters.tfm\"\n", "import "),
              List.of("  mesh   tp = 8\n", "  mesh   tp = "),
              List.of("  layout tp\n", "  layout "),
              List.of("shard { g f voc over tp }", "shard { g f voc over "),
              List.of("  on         hgx_h100(nodes = 1)\n", "  on         "),
              List.of("  schedule   one_f_one_b\n", "  schedule   "),
              List.of("  batch 8  micro_batch 1\n", "  "),
              List.of("    return x + y\n  }\n\n  block swiglu", "    return "),
              List.of("    o[b s g r d]", "    o[b s "))) {
        String before = typed.get(0);
        int offset = before.isEmpty() ? text.length() : text.indexOf(before);
        assertThat(offset).as(before).isNotNegative();
        String half =
            text.substring(0, offset) + typed.get(1) + text.substring(offset + before.length());
        session.replace(file, half);
        answer(
            "typed " + typed.get(1).strip(),
            Session.get(
                    session
                        .texts()
                        .completion(
                            new CompletionParams(
                                Session.id(file),
                                new TextMap(half).position(offset + typed.get(1).length()))))
                .getLeft()
                .stream()
                .map(item -> item.getLabel())
                .toList()
                .toString());
        session.replace(file, text);
      }
    }
    check("completions.txt");
  }
}
