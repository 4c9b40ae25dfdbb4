package io.heddle.plan;

import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.View;
import java.util.ArrayList;
import java.util.List;

/** Builds a view from the sizes of a plan, checking that it tiles the axes it regroups. */
public final class ViewBuilder {
  private final PlanValues plan;
  private final String place;
  private final List<String> from;
  private final List<String> names = new ArrayList<>();
  private final List<Long> sizes = new ArrayList<>();

  ViewBuilder(PlanValues plan, String place, List<String> from) {
    this.plan = plan;
    this.place = place;
    this.from = from;
  }

  /**
   * Adds an axis, the most significant first.
   *
   * @param size 0 for the one that is left over
   */
  public ViewBuilder to(String axis, long size) {
    names.add(axis);
    sizes.add(size);
    return this;
  }

  /**
   * The view.
   *
   * @throws InvalidPlanException if the sizes do not tile the axes
   */
  public View build() {
    long ranks = 1;
    for (String axis : from) {
      ranks = Math.multiplyExact(ranks, plan.axis(axis));
    }
    long given = sizes.stream().filter(size -> size != 0).reduce(1L, Math::multiplyExact);
    boolean leftOver = sizes.contains(0L);
    if (leftOver ? ranks % given != 0 : ranks != given) {
      String read = given + (leftOver ? " times a whole number" : "");
      throw new InvalidPlanException(
          List.of(place + ": error[TFM3026]: the view reads " + ranks + " ranks as " + read));
    }
    List<Axis> to = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      long size = sizes.get(i) == 0 ? ranks / given : sizes.get(i);
      to.add(new Axis(names.get(i), Math.toIntExact(size)));
    }
    return new View(from, to);
  }
}
