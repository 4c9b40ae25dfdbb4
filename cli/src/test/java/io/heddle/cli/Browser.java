package io.heddle.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Chromium without a window, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LISTENING = "DevTools listening on ";
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private String session = "";
  private int commands;

  private Browser(Path program, Path profile) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            program.toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank");
    // It leaves nothing beside its profile.
    builder.environment().put("TMPDIR", Files.createDirectories(profile).toString());
    process = builder.redirectErrorStream(true).start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address()), new Listener())
            .join();
    String target =
        call("Target.createTarget", Map.of("url", "about:blank")).path("targetId").asText();
    session =
        call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network", "Audits")) {
      call(domain + ".enable", Map.of());
    }
  }

  /** The browser's program: that of HEDDLE_CHROMIUM, or one on the path. */
  static Optional<Path> program() {
    String named = System.getenv("HEDDLE_CHROMIUM");
    if (named != null && !named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .flatMap(folder -> Stream.of("chromium", "chromium-browser").map(Path.of(folder)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Browser open(Path program, Path profile) {
    try {
      return new Browser(program, profile);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String address() throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    List<String> said = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread rest = new Thread(() -> out.lines().forEach(unused -> {}), "chromium");
        rest.setDaemon(true);
        rest.start();
        return line.substring(LISTENING.length());
      }
      said.add(line);
    }
    throw new IOException("Chromium does not start: " + String.join("\n", said));
  }

  /** Opens a page and waits until it is loaded. */
  void load(Path page) {
    load(page.toUri().toString());
  }

  /** Opens an address and waits until it is loaded. */
  void load(String address) {
    call("Page.navigate", Map.of("url", address));
    for (String event = ""; !event.equals("Page.loadEventFired"); ) {
      event = heard(next());
    }
  }

  /** The value of an expression in the page. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(answer.toString());
    }
    return answer.path("result").path("value");
  }

  /** Waits until an expression in the page is true. */
  void await(String expression) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!evaluate(expression).asBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("never true: " + expression);
      }
      call(
          "Runtime.evaluate",
          Map.of(
              "expression",
              "new Promise(drawn => requestAnimationFrame(drawn))",
              "awaitPromise",
              true));
    }
  }

  /** Moves the mouse, or turns its wheel with the control key held. */
  void mouse(String type, double x, double y, double wheel) {
    call(
        "Input.dispatchMouseEvent",
        Map.of(
            "type",
            type,
            "x",
            x,
            "y",
            y,
            "deltaX",
            0,
            "deltaY",
            wheel,
            "modifiers",
            type.equals("mouseWheel") ? 2 : 0));
  }

  /** Presses or releases the left button. */
  void click(String type, double x, double y) {
    call(
        "Input.dispatchMouseEvent",
        Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
  }

  /** Types a text where the caret is. */
  void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /** Presses a key, such as {@code ArrowRight}. */
  void press(String key, int code) {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
    }
  }

  /** Sets the size of the window. */
  void resize(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Prefers light or dark colours. */
  void prefer(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Runs no scripts in pages to come. */
  void withoutScripts() {
    call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
  }

  /** What is in the window, as PNG. */
  byte[] screenshot() {
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", Map.of()).path("data").asText());
  }

  /** The page on paper, as PDF. */
  byte[] print() {
    return Base64.getDecoder().decode(call("Page.printToPDF", Map.of()).path("data").asText());
  }

  /** All that the page or its policy complained of, such as errors and refused scripts. */
  List<String> complaints() {
    evaluate("1");
    return List.copyOf(complaints);
  }

  /** Addresses that pages asked for. */
  List<String> requests() {
    evaluate("1");
    return List.copyOf(requests);
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    int id = ++commands;
    ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
    command.set("params", JSON.valueToTree(parameters));
    if (!session.isEmpty()) {
      command.put("sessionId", session);
    }
    socket.sendText(command.toString(), true).join();
    while (true) {
      JsonNode message = next();
      if (message.path("id").asInt() == id) {
        if (message.has("error")) {
          throw new IllegalStateException(method + ": " + message.path("error"));
        }
        return message.path("result");
      }
      String unused = heard(message);
    }
  }

  private JsonNode next() {
    try {
      JsonNode message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new IllegalStateException("Chromium does not answer");
      }
      return message;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes notice of an event; returns its name. */
  private String heard(JsonNode message) {
    String event = message.path("method").asText();
    JsonNode parameters = message.path("params");
    switch (event) {
      case "Runtime.exceptionThrown",
          "Runtime.consoleAPICalled",
          "Log.entryAdded",
          "Audits.issueAdded" ->
          complaints.add(parameters.toString());
      case "Network.requestWillBeSent" ->
          requests.add(parameters.path("request").path("url").asText());
      default -> {}
    }
    return event;
  }

  @Override
  public void close() {
    socket.abort();
    // Its helpers write to the profile as well.
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().join());
  }

  /** Puts the parts of messages together. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          received.add(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
