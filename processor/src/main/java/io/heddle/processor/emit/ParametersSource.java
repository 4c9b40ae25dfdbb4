package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.NameAllocator;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;

/** Writes the parameters of a model as a record, with the values of the file. */
public final class ParametersSource {
  /**
   * Methods that the record has whatever its components are, those no component may have, and the
   * names of their arguments.
   */
  private static final List<String> RESERVED =
      List.of(
          "defaults",
          "of",
          "in",
          "plan",
          "value",
          "clone",
          "finalize",
          "getClass",
          "hashCode",
          "notify",
          "notifyAll",
          "toString",
          "wait",
          "equals");

  private ParametersSource() {}

  /**
   * The record.
   *
   * @param values the parameters with the values of the file, in order
   */
  public static JavaFile of(
      String model, Map<String, Long> values, String packageName, String className) {
    ClassName type = ClassName.get(packageName, className);
    Map<String, String> components = components(values);
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
    components
        .values()
        .forEach(name -> constructor.addParameter(ParameterSpec.builder(long.class, name).build()));
    TypeSpec.Builder record =
        TypeSpec.recordBuilder(className)
            .addJavadoc("Parameters of the model {@code $L}.\n", model)
            .addModifiers(Modifier.PUBLIC)
            .recordConstructor(constructor.build())
            .addMethod(
                made("defaults", type, values.values().stream().map(v -> v + "L").toList())
                    .addJavadoc("The values that the file gives.\n")
                    .build())
            .addMethod(
                made(
                        "of",
                        type,
                        components.keySet().stream()
                            .map(name -> CodeBlock.of("plan.parameter($S)", name).toString())
                            .toList())
                    .addParameter(FlattenerSource.PLAN_VALUES, "plan")
                    .addJavadoc("The values of a plan.\n")
                    .build())
            .addMethod(in(components));
    withers(type, components).forEach(record::addMethod);
    return new JavaFile(
        packageName,
        className,
        com.palantir.javapoet.JavaFile.builder(packageName, record.build())
            .skipJavaLangImports(true)
            .indent("  ")
            .build()
            .toString());
  }

  /** The Java name of each parameter. */
  private static Map<String, String> components(Map<String, Long> values) {
    NameAllocator names = new NameAllocator();
    RESERVED.forEach(names::newName);
    Map<String, String> components = new LinkedHashMap<>();
    values.keySet().forEach(name -> components.put(name, names.newName(name)));
    return components;
  }

  private static MethodSpec.Builder made(String method, TypeName type, List<String> arguments) {
    return MethodSpec.methodBuilder(method)
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .returns(type)
        .addStatement("return new $T($L)", type, String.join(", ", arguments));
  }

  private static MethodSpec in(Map<String, String> components) {
    CodeBlock.Builder code = CodeBlock.builder().add("return plan");
    components.forEach((name, component) -> code.add("\n.withParameter($S, $N)", name, component));
    return MethodSpec.methodBuilder("in")
        .addModifiers(Modifier.PUBLIC)
        .addJavadoc("The plan with these parameters.\n")
        .returns(FlattenerSource.PLAN_VALUES)
        .addParameter(FlattenerSource.PLAN_VALUES, "plan")
        .addStatement(code.build())
        .build();
  }

  private static List<MethodSpec> withers(ClassName type, Map<String, String> components) {
    NameAllocator names = new NameAllocator();
    components.values().forEach(names::newName);
    List<MethodSpec> methods = new ArrayList<>();
    for (String component : components.values()) {
      String method =
          names.newName(
              "with" + Character.toUpperCase(component.charAt(0)) + component.substring(1));
      List<CodeBlock> arguments = new ArrayList<>();
      components
          .values()
          .forEach(
              other ->
                  arguments.add(CodeBlock.of("$N", other.equals(component) ? "value" : other)));
      methods.add(
          MethodSpec.methodBuilder(method)
              .addModifiers(Modifier.PUBLIC)
              .addJavadoc("The same with another value of {@code $L}.\n", component)
              .returns(type)
              .addParameter(long.class, "value")
              .addStatement("return new $T($L)", type, CodeBlock.join(arguments, ", "))
              .build());
    }
    return methods;
  }
}
