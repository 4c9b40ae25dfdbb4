package io.heddle.processor.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The checks place groups where the generated flattener has them. */
final class PlacementTest {
  @Test
  void onAMesh() {
    check(Sources.shipped("gpt3_kp.tfm", "Kp2x4"));
    check(Sources.shipped("gpt3_kp.tfm", "Kp2x4Rc"));
  }

  @Test
  void onViews() {
    check(Sources.library("mixtral", "Mixtral_8x7B_H100x64"));
    check(Sources.library("deepseek_v3", "DeepSeek_V3_H100x2048"));
  }

  private static void check(TfmCompiler.Compiled compiled) {
    Placement placement = new Placement(compiled.plan(), compiled.numbers());
    Set<List<String>> seen = new HashSet<>();
    for (Group group : GeneratedClass.flattener(compiled).groups().all()) {
      int[] ranks = group.ring();
      Arrays.sort(ranks);
      List<int[]> groups = placement.groups(group.axes());
      // The first and the last stage, which share a table, are a part of the ranks along pp.
      if (!group.axes().equals(List.of("pp"))) {
        assertThat(groups).as(group.name()).contains(ranks);
        seen.add(group.axes());
      }
    }
    assertThat(seen).hasSizeGreaterThan(1);
  }
}
