package io.heddle.processor.emit;

import io.heddle.processor.model.Plan;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The names of the classes of one package. A class is called after model and plan, or after the
 * plan alone where that begins with the model's name; where two would be called alike, or almost,
 * the later one gets a number.
 */
public final class ClassNames {
  private final Set<String> taken = new HashSet<>();

  /** The name of the class of a plan that is alone in its package. */
  public static String of(Plan plan) {
    String model = plan.model().name();
    return (plan.name().startsWith(model) ? "" : model) + plan.name() + "Flattener";
  }

  /** The name of the class of one more plan. */
  public String add(Plan plan) {
    return add(of(plan));
  }

  /** The name of one more class: the wanted one, or with a number behind it. */
  public String add(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
      name = wanted + i;
    }
    return name;
  }
}
