package io.heddle.processor;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.emit.ClassNames;
import io.heddle.processor.emit.JavaFile;
import io.heddle.processor.emit.ParametersSource;
import io.heddle.processor.emit.PlansSource;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.ParameterDefaults;
import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The classes of one file: flatteners, and for each model its parameters and plans. */
public final class ModelClasses {
  private final String packageName;
  private final ClassNames names = new ClassNames();
  private final List<JavaFile> files = new ArrayList<>();

  private ModelClasses(String packageName) {
    this.packageName = packageName;
  }

  /**
   * The classes of some plans.
   *
   * @param packageName empty for none
   */
  public static List<JavaFile> of(List<TfmCompiler.Compiled> plans, String packageName) {
    ModelClasses classes = new ModelClasses(packageName);
    Map<Model, Map<Plan, String>> flatteners = new LinkedHashMap<>();
    for (TfmCompiler.Compiled plan : plans) {
      JavaFile file = plan.java(packageName, classes.names);
      classes.files.add(file);
      flatteners
          .computeIfAbsent(plan.plan().model(), unused -> new LinkedHashMap<>())
          .put(plan.plan(), file.className());
    }
    flatteners.forEach(classes::add);
    return classes.files;
  }

  private void add(Model model, Map<Plan, String> flatteners) {
    String name = model.name();
    ParameterDefaults.of(model, new Diagnostics())
        .ifPresent(
            values ->
                files.add(
                    ParametersSource.of(
                        name, values, packageName, names.add(name + "Parameters"))));
    files.add(PlansSource.ofEnum(name, flatteners, packageName, names.add(name + "Plan")));
    files.add(
        PlansSource.ofNames(name, flatteners.keySet(), packageName, names.add(name + "Plans")));
  }
}
