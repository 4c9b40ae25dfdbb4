package io.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.heddle.cli.Execution;
import io.heddle.cli.serve.PageServer.Bounds;
import io.heddle.cli.serve.PageServer.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others than the page send: refused, bounded, logged. */
@Tag("slow")
class HostileRequestTest {
  private static final int CONNECTIONS = 40;
  private static final long REQUEST_MILLIS = 1_500;

  @TempDir private Path folder;

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Path opened;
  private PageServer server;
  private URI address;

  @BeforeEach
  void start() throws IOException {
    opened = Files.createDirectories(folder.resolve("open")).toRealPath();
    Files.copy(Execution.example("llama3_8b.tfm"), opened.resolve("llama3_8b.tfm"));
    Files.writeString(folder.resolve("secret.tfm"), "the secret");
    start(new Bounds(CONNECTIONS, 3, REQUEST_MILLIS, 1_000, 1 << 20, 16, 1 << 20));
  }

  private void start(Bounds bounds) throws IOException {
    server = PageServer.start(new Settings(opened, "", "127.0.0.1", 0, "test"), bounds, log::add);
    address = URI.create(server.address());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** The answer to a request whose lines are these, {@code @} being the path of the page. */
  private String answer(String... lines) throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(20_000);
      String request = String.join("\r\n", lines) + "\r\n\r\n";
      socket
          .getOutputStream()
          .write(
              request
                  .replace("@", address.getPath())
                  .replace("HERE", address.getAuthority())
                  .getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void assertRefused(int status, String why, String... lines) throws IOException {
    String answer = answer(lines);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").doesNotContain("secret");
    assertThat(answer.substring(answer.indexOf("\r\n\r\n"))).isBlank();
    assertThat(log).anyMatch(line -> line.contains(why));
    log.clear();
  }

  @Test
  void thePageItselfIsServedAndLoadsNothingElse() throws IOException {
    String answer = answer("GET @ HTTP/1.1", "Host: HERE");
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK")
        .contains("default-src 'none'; script-src 'self'", "connect-src 'self' ws://127.0.0.1:")
        .contains("X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer")
        .contains("Cache-Control: no-store", "Connection: close")
        .doesNotContain("Server:", "http-equiv");
    for (String name :
        List.of("charts", "page", "report", "editor", "editing", "questions", "serve")) {
      assertThat(answer).contains("src=\"" + name + ".js\"");
      assertThat(answer("GET @" + name + ".js HTTP/1.1", "Host: HERE"))
          .startsWith("HTTP/1.1 200 OK");
    }
    assertThat(log).isEmpty();
  }

  @Test
  void whoHasNoTokenIsRefused() throws IOException {
    assertRefused(403, "no token", "GET / HTTP/1.1", "Host: HERE");
    assertRefused(403, "no token", "GET /page.js HTTP/1.1", "Host: HERE");
    assertRefused(403, "no token", "GET /guess/ HTTP/1.1", "Host: HERE");
    String almost = address.getPath().substring(0, address.getPath().length() - 2) + "/";
    assertRefused(403, "no token", "GET " + almost + " HTTP/1.1", "Host: HERE");
    assertThatThrownBy(() -> new PageClient("http://" + address.getAuthority() + "/guess/").close())
        .isInstanceOf(CompletionException.class);
    assertThat(log).allMatch(line -> !line.contains(address.getPath().replace("/", "")));
  }

  @Test
  void tokensAreLongAndDifferFromServerToServer() throws IOException {
    assertThat(address.getPath()).hasSizeGreaterThan(43);
    try (PageServer other =
        PageServer.start(new Settings(opened, "", "127.0.0.1", 0, "test"), log::add)) {
      assertThat(URI.create(other.address()).getPath()).isNotEqualTo(address.getPath());
    }
  }

  @Test
  void pagesOfOtherOriginsAreRefused() throws IOException {
    assertRefused(403, "origin", "GET @ HTTP/1.1", "Host: HERE", "Origin: http://evil.example");
    assertRefused(403, "origin", "GET @ HTTP/1.1", "Host: HERE", "Origin: null");
    assertRefused(
        403, "another site", "GET @ HTTP/1.1", "Host: HERE", "Sec-Fetch-Site: cross-site");
    for (String origin : new String[] {"http://evil.example", "http://localhost", null}) {
      assertThatThrownBy(() -> new PageClient(server.address(), origin).close())
          .isInstanceOf(CompletionException.class);
      assertThat(log).anyMatch(line -> line.contains("origin " + origin));
    }
  }

  /** A foreign name that is bound to this address makes a foreign page of the same origin. */
  @Test
  void otherHostsAreRefused() throws IOException {
    String port = ":" + address.getPort();
    assertRefused(421, "host", "GET @ HTTP/1.1", "Host: evil.example" + port);
    assertRefused(421, "host", "GET @ HTTP/1.1", "Host: 127.0.0.1");
    assertRefused(421, "host", "GET @ HTTP/1.1", "Host: 127.0.0.1.evil.example" + port);
    assertThat(answer("GET @ HTTP/1.1", "Host: LocalHost" + port)).startsWith("HTTP/1.1 200");
    assertThat(answer("GET @ HTTP/1.1")).startsWith("HTTP/1.1 400");
    assertThat(answer("GET @ HTTP/1.0")).startsWith("HTTP/1.1 421");
  }

  @Test
  void onlyReadingIsAllowedAndNoBodies() throws IOException {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD")) {
      assertRefused(405, "method", method + " @ HTTP/1.1", "Host: HERE");
    }
    assertRefused(413, "body", "GET @ HTTP/1.1", "Host: HERE", "Content-Length: 10000000000");
    assertRefused(413, "body", "GET @ HTTP/1.1", "Host: HERE", "Transfer-Encoding: chunked");
  }

  @Test
  void whatIsNoRequestIsRefused() throws IOException {
    assertThat(answer("GET @" + "a".repeat(20_000) + " HTTP/1.1", "Host: HERE"))
        .startsWith("HTTP/1.1 414");
    assertThat(answer("GET @ HTTP/1.1", "Host: HERE", "A: " + "a".repeat(20_000)))
        .startsWith("HTTP/1.1 431");
    assertThat(answer("no request at all")).startsWith("HTTP/1.1 400");
    assertThat(log).isNotEmpty().allMatch(line -> line.length() < 300);
  }

  @Test
  void noPathLeadsOut() throws IOException {
    for (String path :
        List.of(
            "../secret.tfm",
            "..%2fsecret.tfm",
            "%2e%2e/secret.tfm",
            "..;/secret.tfm",
            "....//secret.tfm",
            "..%5csecret.tfm",
            "%252e%252e%252fsecret.tfm",
            folder + "/secret.tfm",
            "llama3_8b.tfm",
            "serve.js/../../secret.tfm")) {
      assertThat(answer("GET @" + path + " HTTP/1.1", "Host: HERE"))
          .as(path)
          .containsPattern("^HTTP/1.1 4\\d\\d ")
          .doesNotContain("the secret");
    }
    try (PageClient client = new PageClient(server.address())) {
      for (String name :
          List.of(
              "../secret.tfm",
              folder.resolve("secret.tfm").toString(),
              "std/../../secret.tfm",
              "a/../../secret.tfm",
              "/etc/passwd",
              "nul\0.tfm",
              "")) {
        for (String method : List.of("heddle/open", "heddle/look")) {
          assertThat(client.request(method, PageClient.object("name", name)).toString())
              .as(method + name)
              .contains("\"error\"")
              .doesNotContain("the secret");
        }
        assertThat(
                client
                    .request("heddle/save", PageClient.object("name", name, "text", "x"))
                    .toString())
            .contains("\"error\"");
      }
      JsonObject read =
          client.request(
              "heddle/read",
              PageClient.object("name", PageClient.uri(folder.resolve("secret.tfm"))));
      assertThat(read.toString()).contains("\"error\"").doesNotContain("the secret");
    }
    assertThat(folder.resolve("secret.tfm")).hasContent("the secret");
  }

  @Test
  void linksThatLeadOutAreNotThere() throws IOException {
    Files.createSymbolicLink(opened.resolve("link.tfm"), folder.resolve("secret.tfm"));
    Files.createSymbolicLink(opened.resolve("up"), folder);
    Files.createSymbolicLink(opened.resolve("own.tfm"), opened.resolve("llama3_8b.tfm"));
    try (PageClient client = new PageClient(server.address())) {
      assertThat(client.request("heddle/files", new JsonObject()).toString())
          .contains("\"llama3_8b.tfm\"", "\"own.tfm\"")
          .doesNotContain("link.tfm", "secret.tfm");
      for (String name : List.of("link.tfm", "up/secret.tfm", "up/new.tfm")) {
        assertThat(client.request("heddle/open", PageClient.object("name", name)).toString())
            .contains("\"error\"");
        assertThat(
                client
                    .request("heddle/save", PageClient.object("name", name, "text", "x"))
                    .toString())
            .contains("\"error\"");
      }
      // Nor by way of the language server: of what it does not open, it says nothing.
      Path outside = opened.resolve("up").resolve("open.tfm");
      client.open(outside, "tfm 1\nimport \"secret.tfm\"\n");
      JsonObject asked = new JsonObject();
      asked.add("textDocument", PageClient.object("uri", PageClient.uri(outside)));
      assertThat(client.request("textDocument/documentSymbol", asked).toString())
          .contains("\"result\":[]");
      // And an import over a link is refused as it is everywhere.
      Path inside = opened.resolve("importing.tfm");
      client.open(inside, "tfm 1\nimport \"up/secret.tfm\"\n");
      assertThat(client.told("textDocument/publishDiagnostics").toString())
          .contains("must lie in the folder")
          .doesNotContain("the secret");
    }
    assertThat(folder.resolve("secret.tfm")).hasContent("the secret");
    assertThat(folder.resolve("new.tfm")).doesNotExist();
  }

  @Test
  void whoIsSlowIsClosed() throws IOException {
    long begin = System.nanoTime();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(20_000);
      byte[] request = "GET / HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII);
      int sent = 0;
      InputStream in = socket.getInputStream();
      try {
        while (in.available() == 0 && sent < 10_000) {
          socket.getOutputStream().write(sent < request.length ? request[sent] : 'a');
          sent++;
          sleep(100);
        }
        assertThat(in.read()).isNotPositive();
      } catch (IOException closed) {
        // By the server, as it should be.
      }
      assertThat(sent).isLessThan(600);
    }
    assertThat(System.nanoTime() - begin).isLessThan(60_000_000_000L);
    assertThat(log).anyMatch(line -> line.contains("too slow"));
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aThousandConnectionsAreBounded() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
      }
      sleep(300);
      assertThat(server.connections()).isLessThanOrEqualTo(CONNECTIONS + 2);
      assertThat(log).anyMatch(line -> line.contains("connections"));
      assertThat(log).hasSizeLessThan(200);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    for (int i = 0; i < 200 && server.connections() > 0; i++) {
      sleep(50);
    }
    assertThat(answer("GET @ HTTP/1.1", "Host: HERE")).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void pagesAreCounted() {
    List<PageClient> pages = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      pages.add(new PageClient(server.address()));
    }
    assertThatThrownBy(() -> new PageClient(server.address()).close())
        .isInstanceOf(CompletionException.class);
    assertThat(log).anyMatch(line -> line.contains("too many are open"));
    pages.forEach(PageClient::close);
    PageClient later = null;
    for (int i = 0; i < 200 && later == null; i++) {
      try {
        later = new PageClient(server.address());
      } catch (CompletionException e) {
        sleep(50);
      }
    }
    assertThat(later).isNotNull();
    later.close();
  }

  @Test
  void whatIsNoMessageClosesThePage() {
    for (String message : List.of("{", "[".repeat(100_000), "null", "\"a\"")) {
      try (PageClient client = new PageClient(server.address())) {
        client.raw(message);
        assertThat(client.closed()).as(message.substring(0, 1)).isEqualTo(1002);
      }
    }
  }

  @Test
  void tooLongAMessageClosesThePage() {
    try (PageClient client = new PageClient(server.address())) {
      try {
        client.raw("\"" + "a".repeat(2 << 20) + "\"");
      } catch (CompletionException e) {
        // It was closed before all was sent.
      }
      assertThat(client.closed()).isIn(1009, -1);
    }
  }

  @Test
  void aFloodOfRequestsIsAnsweredAFewAtATime() throws IOException {
    String text = Files.readString(opened.resolve("llama3_8b.tfm"));
    try (PageClient client = new PageClient(server.address())) {
      Path file = opened.resolve("llama3_8b.tfm");
      client.open(file, text);
      JsonObject asked = new JsonObject();
      asked.add("textDocument", PageClient.object("uri", PageClient.uri(file)));
      int last = 0;
      for (int i = 0; i < 200; i++) {
        last = client.ask("textDocument/documentSymbol", asked);
      }
      assertThat(client.answer(last).has("result")).isTrue();
      assertThat(client.isOpen()).isTrue();
    }
  }

  @Test
  void strangeContentOfMessagesIsAnsweredWithAnError() {
    try (PageClient client = new PageClient(server.address())) {
      client.notify("heddle/show", new JsonObject());
      client.notify("heddle/show", PageClient.object("uri", "no address", "plan", "x"));
      client.notify("no/such", new JsonObject());
      client.raw("{\"jsonrpc\":\"2.0\",\"method\":\"heddle/show\"}");
      client.raw("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"heddle/save\",\"params\":[1,2]}");
      assertThat(client.request("no/such", new JsonObject()).toString()).contains("\"error\"");
      assertThat(client.request("heddle/open", new JsonObject()).toString()).contains("\"error\"");
      assertThat(client.request("heddle/values", new JsonObject()).toString())
          .contains("\"result\":[]");
      assertThat(client.isOpen()).isTrue();
    }
  }
}
