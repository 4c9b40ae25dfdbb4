package io.heddle.cli.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A page's side of the socket, without a browser. */
final class PageClient implements AutoCloseable {
  private static final long SECONDS = 60;

  private final WebSocket socket;
  private final List<JsonObject> received = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private int requests;
  private int version;

  PageClient(String address) {
    this(address, "http://" + URI.create(address).getAuthority());
  }

  /**
   * @throws CompletionException if it is refused
   */
  PageClient(String address, @Nullable String origin) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (origin != null) {
      builder.header("Origin", origin);
    }
    socket =
        builder
            .buildAsync(URI.create(address.replaceFirst("^http", "ws") + "socket"), new Listener())
            .join();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        received.add(JsonParser.parseString(text.toString()).getAsJsonObject());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      closed.complete(status);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.complete(-1);
    }
  }

  /** Why the server closed it; -1 if it just went. */
  int closed() {
    return closed.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  boolean isOpen() {
    return !closed.isDone();
  }

  void raw(String message) {
    socket.sendText(message, true).join();
  }

  void notify(String method, JsonElement content) {
    JsonObject message = message(method, content);
    raw(message.toString());
  }

  private static JsonObject message(String method, JsonElement content) {
    JsonObject message = new JsonObject();
    message.addProperty("jsonrpc", "2.0");
    message.addProperty("method", method);
    message.add("params", content);
    return message;
  }

  /** Sends a request; returns its number. */
  int ask(String method, JsonElement content) {
    JsonObject message = message(method, content);
    message.addProperty("id", ++requests);
    raw(message.toString());
    return requests;
  }

  /** The whole answer to a request, which may be an error. */
  JsonObject answer(int request) {
    return await(m -> !m.has("method") && m.get("id").getAsString().equals(request + ""));
  }

  JsonObject request(String method, JsonElement content) {
    return answer(ask(method, content));
  }

  /** The last message of this sort, or the next one if there is none. */
  JsonObject await(Predicate<JsonObject> wanted) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end) {
      List<JsonObject> all = List.copyOf(received);
      for (int i = all.size() - 1; i >= 0; i--) {
        if (wanted.test(all.get(i))) {
          return all.get(i);
        }
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("never came: " + received);
  }

  /** What is told of the text as it was sent last, by a method. */
  JsonObject told(String method) {
    return await(
            m ->
                m.has("method")
                    && m.get("method").getAsString().equals(method)
                    && m.getAsJsonObject("params").get("version").getAsInt() == version)
        .getAsJsonObject("params");
  }

  /** A step of the text as it was sent last, in one of these states. */
  JsonObject step(String... states) {
    return await(
            m ->
                m.has("method")
                    && m.get("method").getAsString().equals("heddle/step")
                    && m.getAsJsonObject("params").get("version").getAsInt() == version
                    && List.of(states)
                        .contains(m.getAsJsonObject("params").get("state").getAsString()))
        .getAsJsonObject("params");
  }

  /** Forgets what came so far. */
  void forget() {
    received.clear();
  }

  List<JsonObject> received() {
    return List.copyOf(received);
  }

  static JsonObject object(String... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.addProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  static String uri(Path file) {
    return file.toUri().toString();
  }

  /** Opens a text as if it stood in a file. */
  void open(Path file, String text) {
    JsonObject item = object("uri", uri(file), "languageId", "tfm", "text", text);
    item.addProperty("version", ++version);
    JsonObject content = new JsonObject();
    content.add("textDocument", item);
    notify("textDocument/didOpen", content);
  }

  /** Replaces the whole text. */
  void replace(Path file, String text) {
    JsonObject document = object("uri", uri(file));
    document.addProperty("version", ++version);
    JsonArray changes = new JsonArray();
    changes.add(object("text", text));
    JsonObject content = new JsonObject();
    content.add("textDocument", document);
    content.add("contentChanges", changes);
    notify("textDocument/didChange", content);
  }

  void show(Path file, String plan) {
    notify("heddle/show", object("uri", uri(file), "plan", plan));
  }

  @Override
  public void close() {
    socket.abort();
  }
}
