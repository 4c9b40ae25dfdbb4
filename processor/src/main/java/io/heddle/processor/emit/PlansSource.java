package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.NameAllocator;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.heddle.processor.model.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.lang.model.element.Modifier;

/** Writes the plans of a model: an enum for code, and their names as constants for annotations. */
public final class PlansSource {
  private static final ClassName FLATTENER = ClassName.get("io.heddle.runtime.trace", "Flattener");

  private PlansSource() {}

  /** Java names of plans: their own, or with something behind it where Java has the word. */
  private static Map<Plan, String> constants(Iterable<Plan> plans) {
    NameAllocator names = new NameAllocator();
    List.of("valueOf", "values", "planName", "defaults", "flattener").forEach(names::newName);
    Map<Plan, String> constants = new LinkedHashMap<>();
    plans.forEach(plan -> constants.put(plan, names.newName(plan.name())));
    return constants;
  }

  /**
   * The enum.
   *
   * @param flatteners the class of each plan, without its package
   */
  public static JavaFile ofEnum(
      String model, Map<Plan, String> flatteners, String packageName, String className) {
    TypeName values =
        ParameterizedTypeName.get(ClassName.get(Supplier.class), FlattenerSource.PLAN_VALUES);
    TypeName made =
        ParameterizedTypeName.get(
            ClassName.get(Function.class), FlattenerSource.PLAN_VALUES, FLATTENER);
    TypeSpec.Builder type =
        TypeSpec.enumBuilder(className)
            .addJavadoc("Plans of the model {@code $L}.\n", model)
            .addModifiers(Modifier.PUBLIC);
    constants(flatteners.keySet())
        .forEach(
            (plan, constant) -> {
              ClassName flattener = ClassName.get(packageName, flatteners.get(plan));
              type.addEnumConstant(
                  constant,
                  TypeSpec.anonymousClassBuilder(
                          "$S, $T::defaults, $T::new", plan.name(), flattener, flattener)
                      .build());
            });
    type.addField(String.class, "planName", Modifier.PRIVATE, Modifier.FINAL)
        .addField(values, "defaults", Modifier.PRIVATE, Modifier.FINAL)
        .addField(made, "flattener", Modifier.PRIVATE, Modifier.FINAL)
        .addMethod(
            MethodSpec.constructorBuilder()
                .addParameter(String.class, "planName")
                .addParameter(values, "defaults")
                .addParameter(made, "flattener")
                .addStatement("this.planName = planName")
                .addStatement("this.defaults = defaults")
                .addStatement("this.flattener = flattener")
                .build())
        .addMethod(
            method("planName", ClassName.get(String.class), "Its name in the file.\n")
                .addStatement("return planName")
                .build())
        .addMethod(
            method("defaults", FlattenerSource.PLAN_VALUES, "The values that the file gives.\n")
                .addStatement("return defaults.get()")
                .build())
        .addMethod(
            method("flattener", FLATTENER, "Its flattener, with the values of the file.\n")
                .addStatement("return flattener.apply(defaults.get())")
                .build())
        .addMethod(
            method("flattener", FLATTENER, "Its flattener, with other values.\n")
                .addParameter(FlattenerSource.PLAN_VALUES, "values")
                .addStatement("return flattener.apply(values)")
                .build());
    return file(packageName, className, type.build());
  }

  /** The class of constants. */
  public static JavaFile ofNames(
      String model, Iterable<Plan> plans, String packageName, String className) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(className)
            .addJavadoc("Names of the plans of the model {@code $L}, for annotations.\n", model)
            .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
            .addMethod(MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build());
    constants(plans)
        .forEach(
            (plan, constant) ->
                type.addField(
                    FieldSpec.builder(
                            String.class,
                            constant,
                            Modifier.PUBLIC,
                            Modifier.STATIC,
                            Modifier.FINAL)
                        .initializer(CodeBlock.of("$S", plan.name()))
                        .build()));
    return file(packageName, className, type.build());
  }

  private static MethodSpec.Builder method(String name, TypeName type, String comment) {
    return MethodSpec.methodBuilder(name)
        .addModifiers(Modifier.PUBLIC)
        .addJavadoc(comment)
        .returns(type);
  }

  private static JavaFile file(String packageName, String className, TypeSpec type) {
    return new JavaFile(
        packageName,
        className,
        com.palantir.javapoet.JavaFile.builder(packageName, type)
            .skipJavaLangImports(true)
            .indent("  ")
            .build()
            .toString());
  }
}
