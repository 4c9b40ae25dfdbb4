package io.heddle.cli.interpret;

import io.heddle.plan.mesh.GroupKind;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.ModelTotals;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The program of the ranks of a plan as instructions, before its numbers are known: made once for
 * all plans that differ in numbers only, and in the order of their mesh.
 */
final class ProgramCode {
  private final RankProgram program;
  private final NumberList numbers;
  private final List<LocalGroup> groups;
  private final List<GroupKind> kinds;
  private final SectionCode embed;
  private final SectionCode head;
  private final List<List<SectionCode>> layers = new ArrayList<>();
  private final List<List<Model.Use>> uses = new ArrayList<>();
  private final ModelTotals totals;

  ProgramCode(RankProgram program) {
    this.program = program;
    this.numbers = new NumberList(program.plan().loadedRows());
    this.groups = program.groups();
    this.kinds = groups.stream().map(ProgramCode::kind).toList();
    this.embed = code(program.embed());
    this.head = code(program.head());
    Map<Block, SectionCode> blocks = new HashMap<>();
    program.blocks().forEach(section -> blocks.put(section.block(), code(section)));
    for (Model.LayerKind kind : program.plan().model().layerKinds()) {
      uses.add(kind.uses());
      layers.add(kind.blocks().stream().map(block -> blocks.get(block)).toList());
    }
    this.totals = new ModelTotals(program);
  }

  private SectionCode code(Section section) {
    return new SectionCode(section, groups, numbers);
  }

  private static GroupKind kind(LocalGroup group) {
    if (group instanceof LocalGroup.Along along) {
      return new GroupKind(
          along.axes(), along.twoLevel() ? GroupKind.Members.TWO_LEVEL : GroupKind.Members.ALL);
    }
    return group instanceof LocalGroup.Stages stages
        ? GroupKind.some(stages.axis())
        : GroupKind.ends(((LocalGroup.Ends) group).axis());
  }

  RankProgram program() {
    return program;
  }

  /** What the nodes use of a plan. */
  NumberList numbers() {
    return numbers;
  }

  /** The kinds of its groups, by their numbers. */
  List<GroupKind> kinds() {
    return kinds;
  }

  /** Its groups, by their numbers. */
  List<LocalGroup> groups() {
    return groups;
  }

  /** The number of the kind of a group; -1 if there is none. */
  int group(LocalGroup group) {
    return groups.indexOf(group);
  }

  /** The number of the kind of the groups along axes; -1 if there is none. */
  int group(List<String> axes) {
    return group(new LocalGroup.Along(axes));
  }

  SectionCode embed() {
    return embed;
  }

  SectionCode head() {
    return head;
  }

  /** The blocks of a layer of a kind, from the first to the last. */
  List<SectionCode> blocks(int kind) {
    return layers.get(kind);
  }

  /** The blocks of a layer of a kind, with the streams that they take. */
  List<Model.Use> uses(int kind) {
    return uses.get(kind);
  }

  /** What the model as a whole comes to. */
  ModelTotals totals() {
    return totals;
  }
}
