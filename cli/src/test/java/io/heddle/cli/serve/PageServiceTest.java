package io.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.heddle.cli.Execution;
import io.heddle.cli.serve.PageServer.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a page is told, and what becomes of its files. */
class PageServiceTest {
  @TempDir private Path folder;

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private PageServer server;
  private PageClient client;
  private Path file;
  private String text;

  @BeforeEach
  void start() throws IOException {
    file = folder.toRealPath().resolve("tiny.tfm");
    text = Execution.tinyText();
    Files.writeString(file, text);
    server = PageServer.start(new Settings(folder, "", "127.0.0.1", 0, "test"), log::add);
    client = new PageClient(server.address());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    assertThat(log).isEmpty();
  }

  private JsonObject result(String method, String... namesAndValues) {
    JsonObject answer = client.request(method, PageClient.object(namesAndValues));
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.getAsJsonObject("result");
  }

  private void show(String plan) {
    client.open(file, text);
    client.show(file, plan);
  }

  @Test
  void theStepFollowsTheText() {
    show("Desk8");
    JsonObject exact = client.step("exact");
    assertThat(exact.get("summary").getAsString())
        .contains("Tiny, plan Desk8", "tokens/s/GPU", "MFU", "peak memory", "fits in");
    assertThat(exact.get("sections").toString())
        .contains("\"pipeline\"", "\"ranks\"", "\"memory\"", "Where the time went");
    assertThat(client.step("quick").get("summary").getAsString()).contains("by formulas");

    client.replace(file, text.replace("batch 8", "batch 32"));
    JsonObject later = client.step("exact");
    assertThat(later.get("summary").getAsString()).contains("batch 32");
    assertThat(later.get("data").getAsString()).isNotEqualTo(exact.get("data").getAsString());

    client.replace(file, text + "\nplan");
    assertThat(client.step("failed").get("why").getAsString()).contains("see the findings");
    client.replace(file, text);
    assertThat(client.step("exact").get("data")).isEqualTo(exact.get("data"));
  }

  @Test
  void numbersOfAPlanHaveTheirPlaces() {
    show("Desk8");
    JsonObject outline = client.told("heddle/outline");
    assertThat(outline.get("plan").getAsString()).isEqualTo("Desk8");
    List<String> lines = text.lines().toList();
    List<String> names = new ArrayList<>();
    outline
        .getAsJsonArray("numbers")
        .forEach(
            one -> {
              JsonObject number = one.getAsJsonObject();
              JsonObject start = number.getAsJsonObject("range").getAsJsonObject("start");
              JsonObject end = number.getAsJsonObject("range").getAsJsonObject("end");
              assertThat(
                      lines
                          .get(start.get("line").getAsInt())
                          .substring(
                              start.get("character").getAsInt(), end.get("character").getAsInt()))
                  .isEqualTo(number.get("value").getAsString());
              names.add(number.get("name").getAsString());
            });
    assertThat(names).contains("pp", "tp", "batch", "micro_batch").doesNotHaveDuplicates();
    assertThat(
            client
                .request(
                    "heddle/values",
                    PageClient.object(
                        "uri", PageClient.uri(file), "plan", "Desk8", "number", "micro_batch"))
                .toString())
        .contains("\"1\"", "\"2\"");
  }

  @Test
  void aFileIsReadSavedAndReadAgain() {
    JsonObject opened = result("heddle/open", "name", "tiny.tfm");
    assertThat(opened.get("text").getAsString()).isEqualTo(text);
    JsonObject saved =
        result(
            "heddle/save",
            "name",
            "tiny.tfm",
            "text",
            text + "// more\n",
            "hash",
            opened.get("hash").getAsString());
    assertThat(saved.get("isSaved").getAsBoolean()).isTrue();
    assertThat(file).hasContent(text + "// more\n");
    assertThat(folder.toFile().list()).containsExactly("tiny.tfm");
    assertThat(result("heddle/open", "name", "tiny.tfm").get("hash")).isEqualTo(saved.get("hash"));
  }

  @Test
  void aChangeFromOutsideIsAConflictAndNothingIsLost() throws IOException {
    String hash = result("heddle/open", "name", "tiny.tfm").get("hash").getAsString();
    JsonObject same = result("heddle/look", "name", "tiny.tfm", "hash", hash);
    assertThat(same.get("hash").getAsString()).isEqualTo(hash);
    Files.writeString(file, "theirs");
    JsonObject seen = result("heddle/look", "name", "tiny.tfm", "hash", hash);
    assertThat(seen.get("text").getAsString()).isEqualTo("theirs");
    JsonObject refused = result("heddle/save", "name", "tiny.tfm", "text", "mine", "hash", hash);
    assertThat(refused.get("isSaved").getAsBoolean()).isFalse();
    assertThat(refused.get("text").getAsString()).isEqualTo("theirs");
    assertThat(file).hasContent("theirs");
    JsonObject kept =
        result(
            "heddle/save",
            "name",
            "tiny.tfm",
            "text",
            "mine",
            "hash",
            refused.get("hash").getAsString());
    assertThat(kept.get("isSaved").getAsBoolean()).isTrue();
    assertThat(file).hasContent("mine");

    Files.delete(file);
    assertThat(
            result("heddle/save", "name", "tiny.tfm", "text", "more", "hash", "x")
                .get("isSaved")
                .getAsBoolean())
        .isFalse();
    assertThat(file).doesNotExist();
  }

  @Test
  void aFileOfTheLibraryIsOpenedAsACopy() {
    JsonObject listing = result("heddle/files");
    assertThat(listing.get("files").toString()).isEqualTo("[\"tiny.tfm\"]");
    assertThat(listing.get("library").toString()).contains("std/models/llama3.tfm");
    JsonObject opened = result("heddle/open", "name", "std/models/llama3.tfm");
    assertThat(opened.get("name").getAsString()).isEqualTo("llama3.tfm");
    assertThat(opened.get("hash").getAsString()).isEmpty();
    assertThat(folder.resolve("llama3.tfm")).doesNotExist();
    assertThat(
            result("heddle/save", "name", "llama3.tfm", "text", "new", "hash", "")
                .get("isSaved")
                .getAsBoolean())
        .isTrue();
    assertThat(folder.resolve("llama3.tfm")).hasContent("new");
    assertThat(result("heddle/open", "name", "std/models/llama3.tfm").get("name").getAsString())
        .isEqualTo("llama3_2.tfm");
  }

  /** Of a simulation that an edit overtakes, nothing comes any more; the edit need not wait. */
  @Test
  void anEditEndsTheSimulationBeforeIt() {
    String large = text.replace("batch 8", "batch 2097152");
    client.open(file, large);
    client.show(file, "Desk8");
    client.step("quick");
    long begin = System.nanoTime();
    client.replace(file, text);
    client.step("exact");
    assertThat(System.nanoTime() - begin).isLessThan(30_000_000_000L);
    assertThat(client.received())
        .noneMatch(
            message ->
                message.toString().contains("\"exact\"")
                    && message.toString().contains("batch 2,097,152"));
  }
}
