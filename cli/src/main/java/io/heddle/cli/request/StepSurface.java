package io.heddle.cli.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function of a few whole numbers that takes long to ask for: it is known at knots, and between
 * them it is taken to be linear along each axis. Boxes of knots are cut where their middle is not
 * what their corners say, or where one of a few points that are drawn in the box errs by more than
 * is allowed. A box is looked at when somebody asks for a point of it: where nobody asks, there are
 * no knots.
 *
 * <p>Whether a box is cut depends on the box alone. So values depend neither on the order in which
 * points are asked for nor on the threads that do, as long as there are fewer knots than may be.
 * Any thread may ask.
 */
final class StepSurface {
  /** Points that are drawn in a box that is not cut. */
  private static final int PROBES = 3;

  /** Draws for each of them: most points of a box may lie beyond the limit. */
  private static final int TRIES = 8;

  /** Middles of boxes may err by less than random points: these stand anywhere. */
  private static final double STRICTER = 0.6;

  private final Region region;
  private final Base base;
  private final Function<List<int[]>, long[]> knots;
  private final double allowed;
  private final int most;
  private final java.util.Map<Point, Long> known = new java.util.HashMap<>();
  private final Box root;
  private double worst;
  private double sum;
  private long probes;

  /** What a surface is laid over: knots are kept as what they exceed it by. */
  @FunctionalInterface
  interface Base {
    /** Over nothing. */
    Base NONE = (x, y, z) -> 0;

    /** The value at a point. */
    double at(double x, double y, double z);
  }

  /** A point, by its coordinates. */
  private record Point(List<Integer> at) {
    static Point of(int[] at) {
      return new Point(Arrays.stream(at).boxed().toList());
    }
  }

  /** A box: its corners' values, or two that it is cut into. */
  private static final class Box {
    final int[] low;
    final int[] high;
    double[] corners = {};
    int axis = -1;
    @Nullable Box below;
    @Nullable Box above;

    /** Whether it is known what it says, or what it is cut into. */
    volatile boolean isSettled;

    Box(int[] low, int[] high) {
      this.low = low;
      this.high = high;
    }

    int[] corner(int number) {
      int[] at = low.clone();
      for (int axis = 0; axis < at.length; axis++) {
        if ((number >> axis & 1) == 1) {
          at[axis] = high[axis];
        }
      }
      return at;
    }

    /** A middle of an axis that lies between its ends; the lower end where there is none. */
    int middle(int along) {
      int from = low[along];
      int to = high[along];
      if (to > 4 * (from + 16L)) {
        return (int) Math.round(Math.sqrt((from + 16.0) * (to + 16.0)) - 16);
      }
      return from + (to - from) / 2;
    }
  }

  /**
   * Makes a surface.
   *
   * @param base what jumps as the values do
   * @param knots gives the values of points
   * @param allowed share by which a value may err
   * @param most knots
   */
  StepSurface(
      Region region, Base base, Function<List<int[]>, long[]> knots, double allowed, int most) {
    this.region = region;
    this.base = base;
    this.knots = knots;
    this.allowed = allowed;
    this.most = most;
    this.root = new Box(region.from(), region.to());
  }

  /** Knots that were asked for. */
  synchronized int knots() {
    return known.size();
  }

  /** The largest error of the points that were drawn in boxes that are not cut, as a share. */
  synchronized double worst() {
    return worst;
  }

  /** Their mean error. */
  synchronized double mean() {
    return probes == 0 ? 0 : sum / probes;
  }

  /** The value at a point; beyond the limits that of the nearest one. */
  double at(double x, double y, double z) {
    Box box = root;
    while (true) {
      if (!box.isSettled) {
        settle(box);
      }
      Box below = box.below;
      Box above = box.above;
      if (below == null || above == null) {
        return value(box, x, y, z);
      }
      double place = box.axis == 0 ? x : box.axis == 1 ? y : z;
      box = place < below.high[box.axis] ? below : above;
    }
  }

  private double value(Box box, double x, double y, double z) {
    return base.at(x, y, z) + excess(box, x, y, z);
  }

  private double base(int[] point) {
    return base.at(point[0], point[1], point.length > 2 ? point[2] : 0);
  }

  private static double excess(Box box, double x, double y, double z) {
    double[] c = box.corners;
    double u = share(box, 0, x);
    double v = share(box, 1, y);
    double low = c[0] + u * (c[1] - c[0]);
    low += v * (c[2] + u * (c[3] - c[2]) - low);
    if (c.length == 4) {
      return low;
    }
    double high = c[4] + u * (c[5] - c[4]);
    high += v * (c[6] + u * (c[7] - c[6]) - high);
    return low + share(box, 2, z) * (high - low);
  }

  private static double share(Box box, int axis, double place) {
    int from = box.low[axis];
    int to = box.high[axis];
    return to == from ? 0 : Math.max(0, Math.min(1, (place - from) / (to - from)));
  }

  /** Asks for the values of points that are not known yet, all at once. */
  private void ask(List<int[]> points) {
    List<int[]> open = new ArrayList<>();
    java.util.Set<Point> asked = new java.util.HashSet<>();
    for (int[] point : points) {
      Point key = Point.of(point);
      if (!known.containsKey(key) && asked.add(key)) {
        open.add(point);
      }
    }
    long[] values = knots.apply(open);
    for (int i = 0; i < values.length; i++) {
      known.put(Point.of(open.get(i)), values[i]);
    }
  }

  private double knot(int[] point) {
    Long value = known.get(Point.of(point));
    if (value == null) {
      throw new IllegalStateException("knot was not asked for: " + Arrays.toString(point));
    }
    return value;
  }

  /** Asks what a box says, and cuts it if that is not so in it. */
  private synchronized void settle(Box box) {
    if (box.isSettled) {
      return;
    }
    List<int[]> wanted = new ArrayList<>();
    for (int i = 0; i < 1 << region.dimensions(); i++) {
      wanted.add(corner(box, i));
    }
    middles(box, wanted);
    ask(wanted);
    fill(box);
    int axis = known.size() < most ? worstAxis(box, STRICTER * allowed) : -1;
    if (axis < 0) {
      axis = probe(box);
    }
    if (axis >= 0) {
      cut(box, axis);
    }
    box.isSettled = true;
  }

  /**
   * A corner of a box. What exceeds a base is taken to be the same beyond the limit, where the base
   * is not known, as at it.
   */
  private int[] corner(Box box, int number) {
    int[] corner = box.corner(number);
    if (!base.equals(Base.NONE) && !region.meets(corner)) {
      corner[1] = (int) Math.max(box.low[1], region.mostProduct() / corner[0]);
    }
    return corner;
  }

  private void fill(Box box) {
    box.corners = new double[1 << region.dimensions()];
    for (int i = 0; i < box.corners.length; i++) {
      int[] corner = corner(box, i);
      box.corners[i] = knot(corner) - base(corner);
    }
  }

  /** Middles of edges along each axis, at the least and the largest corner. */
  private void middles(Box box, List<int[]> points) {
    for (int axis = 0; axis < region.dimensions(); axis++) {
      if (box.high[axis] - box.low[axis] > 1) {
        for (int[] end : List.of(box.low, box.high)) {
          int[] at = end.clone();
          at[axis] = box.middle(axis);
          if (counts(at, end == box.low)) {
            points.add(at);
          }
        }
      }
    }
  }

  /** Whether a middle is looked at: those of a surface without a base also beyond the limit. */
  private boolean counts(int[] at, boolean isLow) {
    return region.meets(at) || (isLow && base.equals(Base.NONE));
  }

  /** The axis along which middles err most; -1 if none errs by more than a share. */
  private int worstAxis(Box box, double share) {
    if (!region.meets(box.low)) {
      return -1;
    }
    int found = -1;
    double most = share;
    for (int axis = 0; axis < region.dimensions(); axis++) {
      if (box.high[axis] - box.low[axis] > 1) {
        for (int[] end : List.of(box.low, box.high)) {
          int[] at = end.clone();
          at[axis] = box.middle(axis);
          if (counts(at, end == box.low)) {
            double said = value(box, at[0], at[1], at.length > 2 ? at[2] : 0);
            double error = Math.abs(said / knot(at) - 1);
            if (error > most) {
              most = error;
              found = axis;
            }
          }
        }
      }
    }
    return found;
  }

  private static void cut(Box box, int axis) {
    int middle = box.middle(axis);
    int[] high = box.high.clone();
    high[axis] = middle;
    int[] low = box.low.clone();
    low[axis] = middle;
    box.axis = axis;
    box.below = new Box(box.low, high);
    box.above = new Box(low, box.high);
  }

  /**
   * Tries points that are drawn in a box by its place.
   *
   * @return the axis along which it is to be cut; -1 if none errs by more than is allowed, or there
   *     are as many knots as may be: the errors then count
   */
  private int probe(Box box) {
    int axis = longestAxis(box);
    if (axis < 0 || !region.meets(box.low)) {
      return -1;
    }
    Random random = new Random(31L * Arrays.hashCode(box.low) + Arrays.hashCode(box.high));
    Region inside = new Region(box.low, box.high, region.mostProduct());
    List<int[]> points = new ArrayList<>();
    for (int i = 0; i < PROBES; i++) {
      inside.point(random, TRIES).ifPresent(points::add);
    }
    ask(points);
    double most = 0;
    double all = 0;
    for (int[] at : points) {
      double said = value(box, at[0], at[1], at.length > 2 ? at[2] : 0);
      double error = Math.abs(said / knot(at) - 1);
      most = Math.max(most, error);
      all += error;
    }
    if (most > allowed && known.size() < this.most) {
      return axis;
    }
    worst = Math.max(worst, most);
    sum += all;
    probes += points.size();
    return -1;
  }

  /** The axis along which a box is longest, measured in its coordinates' ratio; -1 for a point. */
  private int longestAxis(Box box) {
    int found = -1;
    double most = 0;
    for (int axis = 0; axis < region.dimensions(); axis++) {
      if (box.high[axis] - box.low[axis] > 1) {
        double ratio = (box.high[axis] + 16.0) / (box.low[axis] + 16.0);
        if (ratio > most) {
          most = ratio;
          found = axis;
        }
      }
    }
    return found;
  }
}
