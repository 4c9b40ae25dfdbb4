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
 * what their corners say, until points that are drawn at random err by less than is allowed, or
 * there are as many knots as may be; the errors of the last such points are told.
 *
 * <p>Values do not depend on the number of threads that ask for knots.
 */
final class StepSurface {
  /** Points that are drawn at a time. */
  private static final int PROBES = 200;

  /** Middles of boxes may err by less than random points: these stand anywhere. */
  private static final double STRICTER = 0.6;

  private final Region region;
  private final Base base;
  private final Function<List<int[]>, long[]> knots;
  private final double allowed;
  private final int most;
  private final java.util.Map<Point, Long> known = new java.util.HashMap<>();
  private Box root;
  private double worst;
  private double mean;

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
    refine(List.of(root));
    probe();
  }

  /** Knots that were asked for. */
  int knots() {
    return known.size();
  }

  /** The largest error of the points that were drawn last, as a share. */
  double worst() {
    return worst;
  }

  /** Their mean error. */
  double mean() {
    return mean;
  }

  /** The value at a point; beyond the limits that of the nearest one. */
  double at(double x, double y, double z) {
    Box box = root;
    while (box.axis >= 0) {
      double place = box.axis == 0 ? x : box.axis == 1 ? y : z;
      Box below = box.below;
      Box above = box.above;
      if (below == null || above == null) {
        break;
      }
      box = place < below.high[box.axis] ? below : above;
    }
    return value(box, x, y, z);
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

  private double at(int[] point) {
    return at(point[0], point[1], point.length > 2 ? point[2] : 0);
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

  /** Cuts boxes until their middles are as their corners say. */
  private void refine(List<Box> boxes) {
    List<Box> open = boxes;
    while (!open.isEmpty()) {
      List<int[]> wanted = new ArrayList<>();
      for (Box box : open) {
        for (int i = 0; i < 1 << region.dimensions(); i++) {
          wanted.add(corner(box, i));
        }
        middles(box, wanted);
      }
      ask(wanted);
      List<Box> next = new ArrayList<>();
      for (Box box : open) {
        fill(box);
        int axis = known.size() < most ? worstAxis(box, STRICTER * allowed) : -1;
        if (axis >= 0) {
          next.addAll(cut(box, axis));
        }
      }
      open = next;
    }
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

  private static List<Box> cut(Box box, int axis) {
    int middle = box.middle(axis);
    int[] high = box.high.clone();
    high[axis] = middle;
    int[] low = box.low.clone();
    low[axis] = middle;
    Box below = new Box(box.low, high);
    Box above = new Box(low, box.high);
    box.axis = axis;
    box.below = below;
    box.above = above;
    return List.of(below, above);
  }

  /** Tries random points, and cuts the boxes in which one errs, until none does. */
  private void probe() {
    Random random = new Random(1);
    while (true) {
      List<int[]> points = new ArrayList<>();
      for (int i = 0; i < PROBES; i++) {
        points.add(region.point(random));
      }
      double[] said = points.stream().mapToDouble(this::at).toArray();
      ask(points);
      worst = 0;
      double sum = 0;
      List<Box> wrong = new ArrayList<>();
      for (int i = 0; i < PROBES; i++) {
        double error = Math.abs(said[i] / knot(points.get(i)) - 1);
        worst = Math.max(worst, error);
        sum += error;
        if (error > allowed) {
          Box box = box(points.get(i));
          if (box.axis < 0 && !wrong.contains(box)) {
            wrong.add(box);
          }
        }
      }
      mean = sum / PROBES;
      List<Box> halves = new ArrayList<>();
      for (Box box : wrong) {
        int axis = longestAxis(box);
        if (axis >= 0) {
          halves.addAll(cut(box, axis));
        }
      }
      if (halves.isEmpty() || known.size() >= most) {
        restore(wrong);
        return;
      }
      refine(halves);
    }
  }

  /** A box that was cut when no more knots could be asked for stays whole. */
  private static void restore(List<Box> boxes) {
    for (Box box : boxes) {
      box.axis = -1;
      box.below = null;
      box.above = null;
    }
  }

  private Box box(int[] point) {
    Box box = root;
    while (box.axis >= 0 && box.below != null && box.above != null) {
      box = point[box.axis] < box.below.high[box.axis] ? box.below : box.above;
    }
    return box;
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
