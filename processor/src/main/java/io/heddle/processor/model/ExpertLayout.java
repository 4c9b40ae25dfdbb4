package io.heddle.processor.model;

import io.heddle.processor.model.Operation.Dispatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /** Those of them over which rows travel: they split the tokens, too. */
  public List<String> exchangeAxes() {
    Set<String> tokens = viewedTokenAxes();
    return expertAxes().stream().filter(tokens::contains).toList();
  }

  /** Those of them along which all ranks have the tokens: each takes the rows of its experts. */
  public List<String> choosingAxes() {
    Set<String> tokens = viewedTokenAxes();
    return expertAxes().stream().filter(axis -> !tokens.contains(axis)).toList();
  }

  /** The axes that the view of the experts regroups; none where there is no view. */
  private List<String> regroupedAxes() {
    return view().map(Plan.View::from).orElse(List.of());
  }

  private Optional<Plan.View> view() {
    return expertAxes().stream().flatMap(axis -> plan.viewOf(axis).stream()).findFirst();
  }

  /**
   * The axes that split each dimension of the tokens when they leave and when they come back: as
   * the plan stores the stream, and behind the last one (in a decode the first) every regrouped
   * axis that splits none. Where the tokens are split over axes of the view already, those are the
   * view's own.
   */
  public Map<Dim, List<String>> tokens() {
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    Set<String> used = new LinkedHashSet<>();
    List<Dim> dims = dispatch.tokenDims();
    dims.forEach(dim -> used.addAll(plan.shardOf(dim)));
    for (Dim dim : dims) {
      List<String> axes = new ArrayList<>(plan.shardOf(dim));
      plan.stream().getOrDefault(dim, List.of()).stream()
          .map(Plan.AxisUse::axis)
          .filter(used::add)
          .forEach(axes::add);
      split.put(dim, axes);
    }
    List<String> rest = split.get(splitFurther(dims));
    List<String> viewed =
        view().map(view -> view.to().stream().map(Plan.ViewAxis::name).toList()).orElse(List.of());
    boolean isViewed = viewed.stream().anyMatch(used::contains);
    (isViewed ? viewed : regroupedAxes()).stream().filter(used::add).forEach(rest::add);
    return split;
  }

  /** The dimension that axes split which split none yet: a decode has sequences, of one token. */
  private Dim splitFurther(List<Dim> dims) {
    Inference inference = plan.inference();
    boolean isDecode = inference != null && inference.kind() == Inference.Kind.DECODE;
    return dims.get(isDecode ? 0 : dims.size() - 1);
  }

  /**
   * The axes that split the rows of an expert: those of the tokens, regrouped ones written as the
   * view's, without those of the experts.
   */
  public List<String> rowAxes() {
    List<String> rows = new ArrayList<>(viewedTokenAxes());
    rows.removeAll(expertAxes());
    return rows;
  }

  /** The axes of the tokens, regrouped ones written as the view's. */
  public Set<String> viewedTokenAxes() {
    Set<String> viewed = new LinkedHashSet<>();
    for (List<String> axes : tokens().values()) {
      for (String axis : axes) {
        if (regroupedAxes().contains(axis)) {
          view().ifPresent(view -> view.to().forEach(to -> viewed.add(to.name())));
        } else {
          viewed.add(axis);
        }
      }
    }
    return viewed;
  }
}
