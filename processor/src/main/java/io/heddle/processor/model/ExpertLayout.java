package io.heddle.processor.model;

import io.heddle.processor.model.Operation.Dispatch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the tokens and the rows of experts lie on the mesh. */
public final class ExpertLayout {
  private final Plan plan;
  private final Dispatch dispatch;

  public ExpertLayout(Plan plan, Dispatch dispatch) {
    this.plan = plan;
    this.dispatch = dispatch;
  }

  /** The axes that split the experts. */
  public List<String> expertAxes() {
    return plan.shardOf(dispatch.experts());
  }

  /** The axes that the view of the experts regroups; none where there is no view. */
  public List<String> regroupedAxes() {
    return view().map(Plan.View::from).orElse(List.of());
  }

  private Optional<Plan.View> view() {
    return expertAxes().stream().flatMap(axis -> plan.viewOf(axis).stream()).findFirst();
  }

  /**
   * The axes that split the rows of an expert: those of the tokens, regrouped ones written as the
   * view's, without those of the experts.
   *
   * @param tokenAxes all axes that split the tokens, the regrouped ones among them
   */
  public List<String> rowAxes(List<String> tokenAxes) {
    List<String> rows = new ArrayList<>(viewed(tokenAxes));
    rows.removeAll(expertAxes());
    return rows;
  }

  /** As {@link #rowAxes(List)}, for tokens that lie as the plan stores the stream. */
  public List<String> rowAxes() {
    List<String> tokenAxes = new ArrayList<>();
    for (Dim dim : dispatch.tokenDims()) {
      List<Plan.AxisUse> stored = plan.stream().get(dim);
      tokenAxes.addAll(
          stored == null ? plan.shardOf(dim) : stored.stream().map(Plan.AxisUse::axis).toList());
    }
    regroupedAxes().stream().filter(axis -> !tokenAxes.contains(axis)).forEach(tokenAxes::add);
    return rowAxes(tokenAxes);
  }

  /** The axes of the tokens, regrouped ones written as the view's. */
  public Set<String> viewed(List<String> tokenAxes) {
    Set<String> viewed = new LinkedHashSet<>();
    for (String axis : tokenAxes) {
      if (regroupedAxes().contains(axis)) {
        view().ifPresent(view -> view.to().forEach(to -> viewed.add(to.name())));
      } else {
        viewed.add(axis);
      }
    }
    return viewed;
  }
}
