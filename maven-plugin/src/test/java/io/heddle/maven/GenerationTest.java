package io.heddle.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationTest {
  private static final String SHARED =
      """
      tfm 1
      import "std/clusters.tfm"
      import "std/models/families.tfm"
      """;

  private static final String SMALL =
      """
      tfm 1
      import "shared.tfm"

      plan Small of Llama {
        mesh      dp = 8
        layout    dp
        shard     { b over dp }
        batch     8  micro_batch 1
        optimizer adam sharded over dp, weights sharded
        on        hgx_h100(nodes = 1)
      }
      """;

  @TempDir private Path folder;

  private Path write(String file, String text) throws IOException {
    Path path = folder.resolve("tfm").resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  private void project() throws IOException {
    write("com/acme/shared.tfm", SHARED);
    write("com/acme/small.tfm", SMALL);
  }

  private Generation.Outcome run() throws IOException {
    return new Generation(folder.resolve("tfm"), output(), "").run();
  }

  private Path output() {
    return folder.resolve("java");
  }

  private Set<String> outputs() throws IOException {
    try (Stream<Path> all = Files.walk(output())) {
      return all.filter(file -> file.toString().endsWith(".java"))
          .map(file -> output().relativize(file).toString().replace('\\', '/'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private String flattener() throws IOException {
    return Files.readString(output().resolve("com/acme/LlamaSmallFlattener.java"));
  }

  @Test
  void folderIsPackage() throws IOException {
    project();
    Generation.Outcome outcome = run();
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.files()).isEqualTo(2);
    assertThat(outcome.changed()).isEqualTo(1);
    assertThat(outputs())
        .containsExactly(
            "com/acme/LlamaParameters.java",
            "com/acme/LlamaPlan.java",
            "com/acme/LlamaPlans.java",
            "com/acme/LlamaSmallFlattener.java");
    assertThat(flattener()).startsWith("// ").contains("package com.acme;");
  }

  @Test
  void whatHasNotChangedIsLeftAlone() throws IOException {
    project();
    run();
    Path flattener = output().resolve("com/acme/LlamaSmallFlattener.java");
    FileTime before = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(flattener, before);
    Generation.Outcome again = run();
    assertThat(again.changed()).isZero();
    assertThat(again.written()).isZero();
    // What changes nothing of the text writes nothing.
    write("com/acme/small.tfm", SMALL + "// a comment\n");
    assertThat(run().changed()).isEqualTo(1);
    assertThat(Files.getLastModifiedTime(flattener)).isEqualTo(before);
  }

  @Test
  void aChangedFileIsNoticed() throws IOException {
    project();
    run();
    String before = flattener();
    write("com/acme/small.tfm", SMALL.replace("batch     8", "batch     16"));
    assertThat(run().changed()).isEqualTo(1);
    assertThat(flattener()).isNotEqualTo(before);
  }

  @Test
  void aChangedImportIsNoticed() throws IOException {
    write("com/acme/small.tfm", SMALL.replace("hgx_h100(nodes = 1)", "mine"));
    String mine =
        "cluster mine {\n  device h100_sxm\n  network switch 8 at 450 GB/s latency %s\n}\n";
    write("com/acme/shared.tfm", SHARED + mine.formatted("500 ns"));
    assertThat(run().errors()).isEmpty();
    String before = flattener();
    write("com/acme/shared.tfm", SHARED + mine.formatted("900 ns"));
    assertThat(run().changed()).isEqualTo(1);
    assertThat(flattener()).isNotEqualTo(before);
  }

  @Test
  void whatIsGoneIsRemoved() throws IOException {
    project();
    run();
    write("com/acme/small.tfm", SMALL.replace("plan Small", "plan Other"));
    run();
    assertThat(outputs()).contains("com/acme/LlamaOtherFlattener.java");
    assertThat(outputs()).doesNotContain("com/acme/LlamaSmallFlattener.java");
    Files.delete(folder.resolve("tfm/com/acme/small.tfm"));
    run();
    assertThat(outputs()).isEmpty();
  }

  @Test
  void aDeletedOutputComesBack() throws IOException {
    project();
    run();
    Files.delete(output().resolve("com/acme/LlamaPlan.java"));
    assertThat(run().written()).isEqualTo(1);
    assertThat(outputs()).contains("com/acme/LlamaPlan.java");
  }

  /** And the last good sources stay. */
  @Test
  void errorsHaveTheirPlace() throws IOException {
    project();
    run();
    Path file = write("com/acme/small.tfm", SMALL.replace("dp = 8", "dp = 7"));
    Generation.Outcome outcome = run();
    assertThat(outcome.failed()).isEqualTo(1);
    assertThat(outcome.errors().get(0)).startsWith(file + ":").contains("error[TFM");
    assertThat(outputs()).contains("com/acme/LlamaSmallFlattener.java");
    assertThat(run().errors()).isNotEmpty();
    project();
    assertThat(run().errors()).isEmpty();
  }

  @Test
  void twoPlansOfOneNameAreAnError() throws IOException {
    project();
    run();
    String before = flattener();
    Path twin = write("com/acme/twin.tfm", SMALL.replace("batch     8", "batch     16"));
    Generation.Outcome outcome = run();
    assertThat(outcome.failed()).isEqualTo(1);
    assertThat(outcome.errors())
        .singleElement()
        .asString()
        .contains("com/acme/small.tfm and com/acme/twin.tfm both make", "rename a plan");
    Files.delete(twin);
    assertThat(run().errors()).isEmpty();
    assertThat(flattener()).isEqualTo(before);
  }

  @Test
  void plansOfOneModelStandInOneFile() throws IOException {
    project();
    write("com/acme/other.tfm", SMALL.replace("Small", "Other"));
    assertThat(run().errors()).singleElement().asString().contains("into one file");
  }

  @Test
  void whereOneFileIsWrongNothingIsWritten() throws IOException {
    project();
    Path more = write("com/more/small.tfm", SMALL.replace("shared.tfm", "../acme/shared.tfm"));
    Path wrong = write("com/wrong.tfm", SMALL.replace("dp = 8", "dp = 7"));
    assertThat(run().errors()).isNotEmpty();
    assertThat(output()).doesNotExist();
    Files.delete(wrong);
    Files.delete(more);
    assertThat(run().errors()).isEmpty();
    assertThat(outputs()).hasSize(4).allMatch(path -> path.startsWith("com/acme/"));
  }

  @Test
  void aFileOfTheFolderItselfNeedsAPackage() throws IOException {
    write("shared.tfm", SHARED);
    write("small.tfm", SMALL);
    assertThat(run().errors().get(0)).contains("small.tfm: no package: put it in a folder");
    Generation.Outcome named = new Generation(folder.resolve("tfm"), output(), "org.example").run();
    assertThat(named.errors()).isEmpty();
    assertThat(outputs()).contains("org/example/LlamaSmallFlattener.java");
  }

  @Test
  void whatIsNoTextIsAnError() throws IOException {
    Files.write(write("a/x.tfm", ""), new byte[] {(byte) 0xe9});
    assertThat(run().errors().get(0)).contains("x.tfm: byte 0 (0xe9) is not UTF-8");
  }

  @Test
  void withoutFilesNothingIsMade() throws IOException {
    assertThat(run().files()).isZero();
    assertThat(output()).doesNotExist();
  }

  /** A record that somebody edited removes nothing but what may be generated. */
  @Test
  void onlyOutputsAreRemoved() throws IOException {
    project();
    run();
    Path precious = Files.writeString(folder.resolve("precious.java"), "");
    Files.writeString(
        output().resolve(".heddle"), "gone.tfm\tx\t../precious.java\t" + precious + "\n");
    run();
    assertThat(precious).exists();
  }
}
