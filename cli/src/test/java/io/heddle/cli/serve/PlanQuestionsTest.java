package io.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
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

/** What a page asks of plans: their program, another beside them, other forms. */
class PlanQuestionsTest {
  @TempDir private Path folder;

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private PageServer server;
  private PageClient client;
  private Path file;
  private String text;

  @BeforeEach
  void start() throws IOException {
    file = folder.toRealPath().resolve("tiny.tfm");
    String tiny = Execution.tinyText();
    String plan = tiny.substring(tiny.indexOf("plan Desk8"));
    text = tiny + "\n" + plan.replace("Desk8", "Other").replace("batch 8", "batch 32");
    Files.writeString(file, text);
    server = PageServer.start(new Settings(folder, "", "127.0.0.1", 0, "test"), log::add);
    client = new PageClient(server.address());
    client.open(file, text);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    assertThat(log).isEmpty();
  }

  private JsonObject ask(String method, String... more) {
    JsonObject question = PageClient.object(more);
    question.addProperty("uri", PageClient.uri(file));
    question.addProperty("plan", "Desk8");
    JsonObject answer = client.request(method, question);
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.getAsJsonObject("result");
  }

  @Test
  void everyMessageOfTheProgramLeadsToItsLine() {
    JsonArray passes = ask("heddle/program").getAsJsonArray("passes");
    List<String> lines = text.lines().toList();
    List<String> titles = new ArrayList<>();
    int messages = 0;
    for (JsonElement pass : passes) {
      titles.add(pass.getAsJsonObject().get("title").getAsString());
      for (JsonElement one : pass.getAsJsonObject().getAsJsonArray("rows")) {
        JsonObject row = one.getAsJsonObject();
        JsonObject start = row.getAsJsonObject("range").getAsJsonObject("start");
        assertThat(row.get("place").getAsString())
            .isEqualTo("line " + (start.get("line").getAsInt() + 1));
        assertThat(lines.get(start.get("line").getAsInt())).isNotBlank();
        assertThat(row.get("size").getAsString()).isNotEmpty();
        messages += row.get("isMessage").getAsBoolean() ? 1 : 0;
      }
    }
    assertThat(titles)
        .contains("attention, forward", "attention, backward", "end of the step")
        .doesNotHaveDuplicates();
    assertThat(messages).isGreaterThan(4);
  }

  @Test
  void twoPlansStandBesideEachOther() {
    JsonObject answer = ask("heddle/compare", "other", "Other");
    assertThat(answer.get("html").getAsString())
        .contains("iteration time", "tokens/s/GPU", "MFU", "peak memory", "What differs")
        .contains("<td>8</td>", "<td>32</td>", "batch 8 micro_batch 1", "batch 32 micro_batch 1");
    assertThat(answer.get("notes").toString()).contains("Both simulated.");
    assertThat(ask("heddle/compare", "other", "None").get("text").getAsString())
        .isEqualTo("None does not run.");
  }

  @Test
  void aPlanStandsBesideItselfAsItIsSaved() throws IOException {
    assertThat(ask("heddle/compare", "other", "").get("html").getAsString()).contains("Nothing.");
    client.replace(file, text.replace("batch 8", "batch 16"));
    assertThat(ask("heddle/compare", "other", "").get("html").getAsString())
        .contains("Desk8, saved", "<td>8</td>", "<td>16</td>");
    Files.delete(file);
    assertThat(ask("heddle/compare", "other", "").get("text").getAsString()).contains("not saved");
  }

  @Test
  void aPlanIsWrittenInOtherForms() throws IOException {
    JsonObject page = ask("heddle/export", "form", "page");
    assertThat(page.get("html").getAsString())
        .startsWith("<!DOCTYPE html>")
        .contains("Tiny, plan Desk8", "Content-Security-Policy");
    JsonObject megatron = ask("heddle/export", "form", "megatron");
    assertThat(megatron.get("text").getAsString() + megatron.get("notes"))
        .contains("--pipeline-model-parallel-size 2");
    assertThat(ask("heddle/export", "form", "torchtitan").get("text").getAsString()).isNotEmpty();
    JsonObject traces = ask("heddle/export", "form", "traces");
    assertThat(traces.get("text").getAsString()).isEqualTo("tiny-Desk8-traces");
    try (var files = Files.list(folder.resolve("tiny-Desk8-traces"))) {
      assertThat(files.filter(one -> one.toString().endsWith(".et"))).hasSize(8);
    }
    assertThat(ask("heddle/export", "form", "traces").get("text").getAsString())
        .isEqualTo("tiny-Desk8-traces-2");
    assertThat(ask("heddle/export", "form", "../x").get("text").getAsString())
        .contains("no such form");
  }

  @Test
  void aPlanThatDoesNotCompileHasNoAnswers() {
    client.replace(file, text.replace("batch 8", "batch 7"));
    assertThat(ask("heddle/program").get("why").getAsString()).isNotEmpty();
    assertThat(ask("heddle/export", "form", "page").get("text").getAsString())
        .contains("does not compile");
  }
}
