package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain --why}: the answer has two shardings, their lines, and what would avoid it. */
class ExplainWhyTest {
  private static final Path LLAMA = Execution.example("llama3_8b.tfm");

  private static Execution why(Object... wanted) {
    Object[] all = new Object[wanted.length + 4];
    all[0] = "explain";
    all[1] = LLAMA;
    all[2] = "--plan";
    all[3] = "Pod64";
    System.arraycopy(wanted, 0, all, 4, wanted.length);
    return Execution.of(all);
  }

  @Test
  void aGatherNamesBothShardingsAndTheirLines() {
    Execution why = why("--why", "attention.gather.a");
    assertThat(why.exit()).isZero();
    assertThat(why.out())
        .contains(
            "attention.gather.a, forward: all-gather over tp (8 ranks)\n  from     [b/dp s/tp h]\n",
            "llama3_8b.tfm:65:20 `stream: s over tp`\n",
            "  to       [b/dp s h]\n",
            "  because  the weight never moves: tensors come to where it lies (rule 3b): ",
            "  chosen   `s`, split over tp, has to be whole: all-gather\n",
            "  bytes    8,388,608 (8.389 MB), each rank's own part\n",
            "attention.gather.a, backward: all-gather over tp (8 ranks)\n");
    assertThat(why.out()).containsPattern("  time     \\d+\\.\\d{3} us, alone\n");
  }

  /** What is said to avoid it does, and the step takes as long as is said. */
  @Test
  void whatWouldAvoidItDoes() {
    Matcher way =
        Pattern.compile("avoided  by `(keep = [^`]*)`: the step takes (\\S+ \\S+) instead")
            .matcher(why("--why", "attention.gather.a").out());
    assertThat(way.find()).isTrue();
    Execution without = why("--set", way.group(1), "--why", "attention.gather.a");
    assertThat(without.out()).contains("attention.gather.a, forward").doesNotContain(", backward:");
    Execution run =
        Execution.of(
            "run", LLAMA, "--plan", "Pod64", "--set", way.group(1), "--mode", "analytical");
    assertThat(run.out()).contains(way.group(2));
  }

  @Test
  void aPartialSumNamesTheDimensionThatIsSummedOver() {
    assertThat(why("--why", "swiglu.scatter.y").out())
        .contains(
            "+tp: a sum over `f`, which tp splits: ",
            "`g f voc over tp`",
            "parts of a sum over tp, of which each rank keeps a part of `s`: reduce-scatter",
            "(instead: all-reduce of 67.109 MB)");
  }

  @Test
  void aLineOfTheModelOrOfThePlanAnswersForAllThatItCauses() {
    assertThat(why("--why", "31").out())
        .contains("swiglu.scatter.y, forward")
        .doesNotContain("attention.");
    assertThat(why("--why", "65").out()).contains("attention.scatter.y", "swiglu.scatter.y");
    String stages = why("--why", "64").out();
    assertThat(stages)
        .startsWith("stream: a message from stage to stage over pp (4 stages)")
        .contains("`layers  over pp`", "8,388,608 (8.389 MB)")
        .isEqualTo(why("--why", "stream.send").out());
  }

  /** One line may split the stream's dimensions and the layers; the end of a step has bytes. */
  @Test
  void allThatALineCausesIsAnswered(@TempDir Path folder) {
    String tiny =
        Execution.tinyText()
            .replaceAll(
                "(?s)  shard \\{.*?\n  }",
                "  shard { b over dp  n f voc over tp  layers over pp  stream: s over tp }");
    Path file = Execution.write(folder.resolve("line.tfm"), tiny);
    long line = tiny.lines().takeWhile(text -> !text.startsWith("  shard")).count() + 1;
    assertThat(Execution.of("explain", file, "--why", line).out())
        .contains("attention.scatter.y", "stream: a message from stage to stage");
    assertThat(Execution.of("explain", file, "--why", "gather.weights.dp").out())
        .contains("gather.weights.dp, at the end of the step", "  bytes    ", " of each rank");
    assertThat(Execution.of("explain", file, "--set", "tp=1,dp=4", "--why", "nothing").err())
        .contains("dp")
        .doesNotContain(".tp");
  }

  @Test
  void aNameThatMeansNothingIsAnsweredWithThoseThatThereAre() {
    Execution why = why("--why", "gather.nothing");
    assertThat(why.exit()).isEqualTo(2);
    assertThat(why.err()).contains("attention.gather.a", "stream.send");
    assertThat(why("--why", "3").err())
        .contains("no collective and no message belongs to this line");
    assertThat(why("--why", "a", "--schedule").exit()).isEqualTo(2);
  }

  /** Every collective of plans of other kinds has an answer. */
  @Test
  void everyCollectiveHasAnAnswer(@TempDir Path folder) {
    for (Object[] plan :
        new Object[][] {
          {Execution.example("llama3_8b_long.tfm"), "Ring64"},
          {Execution.example("gpt3_kp.tfm"), "Kp2x4Rc"},
          {
            Execution.write(folder.resolve("m.tfm"), "tfm 1\nimport \"std/models/mixtral.tfm\"\n"),
            "Mixtral_8x7B_H100x64"
          },
        }) {
      String names = Execution.of("explain", plan[0], "--plan", plan[1], "--why", "nothing").err();
      String[] all = names.strip().replaceFirst("(?s).*there are: ", "").split(", ");
      assertThat(all).hasSizeGreaterThan(3);
      for (String name : all) {
        Execution why = Execution.of("explain", plan[0], "--plan", plan[1], "--why", name);
        assertThat(why.exit()).as(name + why.err()).isZero();
        assertThat(why.out()).as(name).contains("  because  ", "  chosen   ");
      }
    }
  }
}
