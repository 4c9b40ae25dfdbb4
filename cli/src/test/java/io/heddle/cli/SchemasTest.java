package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands print is what {@code docs/schemas} says, to the last key. */
class SchemasTest {
  private static final Path SCHEMAS = Path.of("..", "docs", "schemas");

  @TempDir private Path folder;

  private void assertValid(String command, Object... more) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.add("--json");
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(
                Files.readString(SCHEMAS.resolve(command + ".schema.json")), InputFormat.JSON);
    assertThat(schema.validate(Execution.of(arguments.toArray()).out(), InputFormat.JSON))
        .isEmpty();
  }

  @Test
  void run() throws IOException {
    Path tiny = Execution.tiny(folder);
    assertValid("run", tiny, "--plan", "Desk8");
    assertValid("run", tiny, "--plan", "Desk8", "--critical-path", "--slow", "rank=3:1.5");
    assertValid("run", tiny, "--plan", "Desk8", "--mode", "analytical");
    assertValid("run", tiny, "--plan", "Desk8", "--set", "tp=3");
  }

  @Test
  void check() throws IOException {
    assertValid("check", Execution.tiny(folder), Execution.example("llama3_8b.tfm"));
    assertValid("check", folder.resolve("missing.tfm"));
    assertValid(
        "check",
        Execution.write(
            folder.resolve("wrong.tfm"), Execution.tinyText().replace("tp = 2", "tp = 3")));
  }

  @Test
  void memory() throws IOException {
    assertValid("memory", Execution.tiny(folder), "--plan", "Desk8");
  }

  @Test
  void inference() throws IOException {
    Path file =
        Execution.write(
            folder.resolve("inference.tfm"),
            Execution.tinyText()
                + """
                plan Decode of Tiny {
                  mesh dp = 4, tp = 2
                  shard { b over dp  n f voc over tp }
                  decode 8 (context = 32)
                  on desk(nodes = 4)
                }
                """);
    assertValid("run", file, "--plan", "Decode");
    assertValid("memory", file, "--plan", "Decode");
  }

  @Test
  void load() throws IOException {
    Path file =
        Execution.write(folder.resolve("load.tfm"), Execution.tinyText() + LoadCommandTest.PLANS);
    assertValid("load", file, "--serve", "Chat", "--no-cache");
    assertValid("load", file, "--serve", "Apart", "--no-cache");
    Path one =
        Execution.write(
            folder.resolve("one.csv"),
            "arrival_s,input,output,first_token_s,last_token_s\n0,8,1,0.5,0.5\n1,0,3,2,3\n");
    assertValid("load", file, "--serve", "Chat", "--no-cache", "--requests", one);
  }

  @Test
  void sweep() throws IOException {
    assertValid("sweep", swept());
    assertValid("sweep", swept(), "--dry-run");
  }

  @Test
  void search() throws IOException {
    assertValid("search", swept());
  }

  private Path swept() {
    return Execution.write(
        folder.resolve("swept.tfm"),
        Execution.tinyText()
            + """
            sweep S of Desk8 { tp in 1, 2, 4  pp in 1, 2, 3  dp = 8 / (tp * pp)  heads in 4, 6 }
            search F of Desk8 { tp in any  pp in any  dp = 8 / (tp * pp)  minimize time }
            """);
  }

  @Test
  void emit() throws IOException {
    assertValid("emit", Execution.tiny(folder), "--plan", "Desk8", "-o", folder.resolve("traces"));
  }
}
