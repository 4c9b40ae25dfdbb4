package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Gradients are made where something before is trained, and are those of the whole model. */
final class FreezeProperties {
  private static final Pattern BLOCK = Pattern.compile("(?m)^ *block (\\w+)\\(");

  /** Random models whose embedding is frozen, with some of their blocks. */
  @Provide
  Arbitrary<String> frozen() {
    return Arbitraries.longs().map(seed -> freeze(RandomModel.text(seed), new Random(seed)));
  }

  /** The models of several streams with some of their blocks frozen. */
  @Provide
  Arbitrary<String> streams() {
    return Arbitraries.longs().map(FreezeProperties::streams);
  }

  /** A pattern whose last stack ends before it comes to the layer that takes a stream. */
  @Example
  void theLastLayerThatTakesAStreamStandsInAnEarlierStack() {
    String plan =
        """
        mesh   tp = 2
        shard  { n f voc over tp  stream: s over tp  stream: u over tp }
        freeze embed, self, mlp, copy
        """;
    TfmCompiler.Compiled compiled =
        compiled(SmallModels.text(StreamModels.MODELS.get("vision"), plan, 8));
    checkNeeds(compiled);
    checkAdditions(compiled);
  }

  private static String streams(long seed) {
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(StreamModels.MODELS.keySet());
    names.add("given");
    String name = names.get(random.nextInt(names.size()));
    String model = name.equals("given") ? StreamModels.GIVEN : StreamModels.MODELS.get(name);
    List<String> plans = List.copyOf(StreamModels.PLANS.keySet());
    String plan = StreamModels.plan(name, plans.get(random.nextInt(plans.size())));
    if (!name.equals("encoder and decoder") && !name.equals("vision")) {
      plan = plan.replace("recompute rmsnorm, gelu\n", "");
    }
    return freeze(SmallModels.text(model, plan, 8), random);
  }

  /** Routers without experts, experts without routers, and neither, before all of the rest. */
  @Example
  void partsOfTheFirstExperts() {
    for (String frozen : List.of("moe.up, moe.gate, moe.down", "moe.router", "moe", "moe.a")) {
      String plan = ExpertModels.PLANS.get("over data") + "freeze embed, attention, " + frozen;
      TfmCompiler.Compiled compiled = compiled(SmallModels.text(ExpertModels.GROUPED, plan, 8));
      checkNeeds(compiled);
      RankRun.check(new Problem(compiled, 7));
    }
  }

  /** The same with a line that freezes the embedding and some blocks. */
  private static String freeze(String text, Random random) {
    Set<String> frozen = new LinkedHashSet<>(List.of("embed"));
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (random.nextInt(5) < 2) {
        frozen.add(blocks.group(1));
      }
    }
    String plan = text.replaceAll("(?m)^ *freeze .*\n", "");
    return plan.replaceFirst(
        "(?m)^( *)(batch )", "$1freeze " + String.join(", ", frozen) + "\n$1$2");
  }

  private static TfmCompiler.Compiled compiled(String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    TfmCompiler.Compiled compiled = compiler.compile("P").orElse(null);
    assertThat(compiled != null).isNotEqualTo(compiler.hasErrors());
    Statistics.collect(compiled != null && !compiled.plan().frozen().weights().isEmpty());
    Assume.that(compiled != null && !compiled.plan().schedule().forwardOnly());
    return compiled;
  }

  /** An independent walk through all layers says of which streams each block has gradients. */
  private static void checkNeeds(TfmCompiler.Compiled compiled) {
    Plan plan = compiled.plan();
    Model model = plan.model();
    boolean[] trained = new boolean[model.streams().size()];
    trained[0] = trains(plan, model.embed());
    for (Model.Use use : StreamUses.layers(model, compiled.numbers())) {
      Block block = use.block();
      boolean above = block.argument() != null && trained[use.stream()];
      boolean depends = above || trains(plan, block);
      Section section = compiled.program().section(block);
      Pass pass = section.pass(Pass.Kind.BACKWARD, false).orElse(null);
      for (int i = 0; i < use.sides().size(); i++) {
        boolean side = trained[use.sides().get(i)];
        depends |= side;
        assertThat(pass != null && !pass.sides().made().get(i).isBefore()).isEqualTo(side);
      }
      assertThat(pass != null).as(model.title(block)).isEqualTo(depends);
      assertThat(pass != null && !pass.result().isBefore()).as(model.title(block)).isEqualTo(above);
      if (block.result() != null) {
        trained[use.stream()] = depends;
      }
    }
  }

  /** The last block that takes a stream begins its gradient, all others add to it. */
  private static void checkAdditions(TfmCompiler.Compiled compiled) {
    Model model = compiled.plan().model();
    boolean[] begun = new boolean[model.streams().size()];
    List<Model.Use> uses = new ArrayList<>(StreamUses.layers(model, compiled.numbers()));
    uses.add(StreamUses.head(model));
    Collections.reverse(uses);
    for (Model.Use use : uses) {
      Pass pass =
          compiled.program().section(use.block()).pass(Pass.Kind.BACKWARD, false).orElse(null);
      for (int i = 0; pass != null && i < use.sides().size(); i++) {
        int side = use.sides().get(i);
        boolean makes = !pass.sides().made().get(i).isBefore();
        assertThat(!pass.sides().given().get(i).isBefore())
            .as(model.title(use.block()))
            .isEqualTo(makes && begun[side]);
        begun[side] |= makes;
      }
    }
  }

  private static boolean trains(Plan plan, Block block) {
    return block.weights().stream().anyMatch(plan::trains);
  }

  @Property(tries = 60)
  void ranksOfFrozenModelsComputeWhatTheModelSays(@ForAll("frozen") String text) {
    check(text);
  }

  @Property(tries = 60)
  void ranksOfFrozenStreamsComputeWhatTheModelSays(@ForAll("streams") String text) {
    check(text);
  }

  private static void check(String text) {
    TfmCompiler.Compiled compiled = compiled(text);
    checkNeeds(compiled);
    checkAdditions(compiled);
    Problem problem = new Problem(compiled, text.hashCode());
    Assume.that(new WholeRun(problem).magnitude() < 100);
    RankRun.check(problem);
  }
}
