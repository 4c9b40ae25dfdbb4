package io.heddle.cli.lsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.heddle.cli.Execution;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no editor sends. */
class HostileClientTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What the server answers to bytes, and says of them. */
  private static String served(String bytes, List<String> log) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8));
    assertTimeoutPreemptively(LONG, () -> LspServer.serve(in, out, "test", log::add));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String message(String json) {
    return "Content-Length: " + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "Content-Length: -5\r\n\r\n{}",
        "Content-Length: many\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n{}",
        "Content-Length: 9000000000000000000\r\n\r\n{}",
        "Content-Length: 2000000000\r\n\r\n{}",
        "Content-Length: 10\r\n\r\n{}",
      })
  void whatIsNoMessageEndsTheConnection(String bytes) {
    List<String> log = new ArrayList<>();
    served(bytes, log);
    assertThat(String.join("; ", log))
        .matches("|what came is no message of the protocol: .*|a message of .* too long .*");
  }

  @Test
  void aHeaderWithoutEndIsNotKept() {
    List<String> log = new ArrayList<>();
    served("x".repeat(1_000_000), log);
    assertThat(log)
        .containsExactly("what came is no message of the protocol: the connection is closed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no/such\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"textDocument/hover\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"textDocument/hover\",\"params\":[1,2]}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"textDocument/hover\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace/executeCommand\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":7}}",
      })
  void aBrokenMessageCostsNoOther(String broken) {
    String good = "{\"jsonrpc\":\"2.0\",\"id\":\"good\",\"method\":\"shutdown\"}";
    String answers = served(message(broken) + message(good), new ArrayList<>());
    assertThat(answers).contains("\"id\":\"good\",\"result\"");
  }

  @Test
  void deepJsonIsRefused() {
    String deep =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace/executeCommand\",\"params\":"
            + "[".repeat(1_000_000)
            + "]".repeat(1_000_000)
            + "}";
    String good = "{\"jsonrpc\":\"2.0\",\"id\":\"good\",\"method\":\"shutdown\"}";
    List<String> log = new ArrayList<>();
    assertThat(served(message(deep) + message(good), log))
        .as(() -> String.valueOf(log))
        .contains("\"id\":\"good\",\"result\"");
  }

  @Test
  void tooLongMessagesAreLeftOut() {
    List<String> log = new ArrayList<>();
    String good = "{\"jsonrpc\":\"2.0\",\"id\":\"good\",\"method\":\"shutdown\"}";
    String answers = served(message(" ".repeat(BoundedInput.MOST_BYTES + 1)) + message(good), log);
    assertThat(answers).contains("\"id\":\"good\",\"result\"");
    assertThat(log).hasSize(1).first().asString().contains("is too long and left out");
  }

  @Test
  void hugeAndStrangeTextsAreAnswered() throws IOException {
    Path file = folder.resolve("huge.tfm");
    try (Session session = new Session()) {
      assertThat(session.open(file, "tfm 1\n" + "x".repeat(3 << 20)).getDiagnostics())
          .isNotEmpty()
          .allMatch(finding -> finding.getCode().getLeft().startsWith("TFM"));
      for (String text :
          List.of(
              "{".repeat(100_000),
              "tfm 1 model M { block f(x[b]) { y = " + "(".repeat(50_000),
              "tfm 1 plan P of M { batch " + "1 + ".repeat(20_000) + "1 }",
              "\ud800\r\r\n\0tfm 1 // \udc00",
              "tfm 1\nimport \"../../../etc/passwd\"\nimport \"/etc/passwd\"\nimport \"\0\"",
              "tfm 1\nimport \"huge.tfm\"")) {
        session.replace(file, text);
        Session.get(session.texts().hover(new HoverParams(Session.id(file), new Position(0, 7))));
      }
    }
  }

  @Test
  void whatIsNoFileIsNotOpened() throws IOException {
    try (Session session = new Session()) {
      for (String uri :
          List.of("", "untitled:Untitled-1", "http://localhost/a.tfm", "file:", "%")) {
        TextDocumentIdentifier id = new TextDocumentIdentifier(uri);
        assertThat(Session.get(session.texts().hover(new HoverParams(id, new Position(0, 0)))))
            .isNull();
      }
    }
  }

  @Test
  void positionsThatAreNowhereAreTheNearest() throws IOException {
    Path file = folder.resolve("tiny.tfm");
    String text = Execution.tinyText();
    try (Session session = new Session()) {
      session.open(file, text);
      for (int line : List.of(-1, 0, 5, 1_000_000, Integer.MAX_VALUE)) {
        for (int character : List.of(-1, 0, 4, Integer.MAX_VALUE)) {
          Session.get(
              session
                  .texts()
                  .hover(new HoverParams(Session.id(file), new Position(line, character))));
        }
      }
    }
  }

  @Test
  void namesOfTheLibraryAndNamesThatAreNoneAreRefused() throws IOException {
    Path file = folder.resolve("llama.tfm");
    String text = java.nio.file.Files.readString(Execution.example("llama3_8b.tfm"));
    try (Session session = new Session()) {
      session.open(file, text);
      assertThat(refusal(session, file, Session.at(text, "hgx_h100(nodes = 8)", 1), "mine"))
          .contains("nothing that could have another name");
      assertThat(refusal(session, file, Session.at(text, "g = kv_heads", 0), "1 2"))
          .contains("is no name");
      assertThat(refusal(session, file, Session.at(text, "g = kv_heads", 0), "h"))
          .contains("there is another dimension `h`");
    }
  }

  private static String refusal(Session session, Path file, Position place, String name) {
    try {
      session.texts().rename(new RenameParams(Session.id(file), place, name)).get();
      return "";
    } catch (java.util.concurrent.ExecutionException | InterruptedException e) {
      return e.getMessage();
    }
  }
}
