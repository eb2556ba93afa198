using System.Collections;
using System.Reflection;

namespace NativeSsl.Tests.Models;

public sealed class ModuleTests
{
    sealed class Pair(Tensor a, Tensor? b, Module[] rest) : Module
    {
        public override IReadOnlyList<Part> Parts => [new("a", a), new("b", b), .. Numbered("rest", rest)];
    }

    static readonly CpuBackend Cpu = new(1);

    static Pair Nested(float fill)
    {
        Tensor Of(int count) => Tensor.Full(Cpu, [count], fill).RequireGradient();
        return new Pair(Of(2), null, [new Pair(Of(3), Tensor.Full(Cpu, [1], fill), []), new Pair(Of(1), null, [])]);
    }

    [Fact]
    public void Names_are_paths_and_only_what_asks_for_a_gradient_is_learned()
    {
        Pair module = Nested(1);
        Assert.Equal(["a", "rest.0.a", "rest.0.b", "rest.1.a"], module.NamedTensors().Select(entry => entry.Name));
        Assert.Equal(["a", "rest.0.a", "rest.1.a"], module.NamedParameters().Select(entry => entry.Name));
        Assert.Equal(6, module.ParameterCount);
    }

    [Fact]
    public void Values_are_copied_by_name_and_what_does_not_fit_is_named()
    {
        Pair source = Nested(3), target = Nested(1);
        target.CopyFrom(source.NamedTensors().Reverse());
        Assert.All(target.NamedTensors(), entry => Assert.All(entry.Tensor.ToArray(), value => Assert.Equal(3, value)));

        Assert.Contains("rest.1.a of shape [1] is missing", Refused(source.NamedTensors().SkipLast(1)), StringComparison.Ordinal);
        Assert.Contains("extra of shape [2] has no place",
            Refused(source.NamedTensors().Append(("extra", Tensor.Zeros(Cpu, [2])))), StringComparison.Ordinal);
        Assert.Contains("a has shape [5] but the model's has [2]",
            Refused(source.NamedTensors().Skip(1).Prepend(("a", Tensor.Zeros(Cpu, [5])))), StringComparison.Ordinal);

        string Refused(IEnumerable<(string, Tensor)> tensors) => Assert.Throws<ShapeException>(() => target.CopyFrom(tensors)).Message;
    }

    [Fact]
    public void First_values_depend_on_seed_and_order_only()
    {
        float[] Draw(ulong seed) => new Init(Cpu, seed).Normal([1000], 0.02f).ToArray();
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        var init = new Init(Cpu, 1);
        Assert.NotEqual(init.Normal([1000], 1f).ToArray(), init.Normal([1000], 1f).ToArray());
    }

    [Fact]
    public void First_values_have_the_distribution_of_their_name()
    {
        var init = new Init(Cpu, 5);
        Moments(init.Normal([40_000], 0.5f), out double mean, out double deviation, out double largest);
        Assert.InRange(mean, -0.01, 0.01);
        Assert.InRange(deviation, 0.49, 0.51);
        Assert.InRange(largest, 1.5, 3);
        Moments(init.TruncatedNormal([40_000], 0.5f), out mean, out deviation, out largest);
        Assert.InRange(mean, -0.01, 0.01);
        Assert.InRange(deviation, 0.43, 0.45);                          // 0.88 of the untruncated one
        Assert.InRange(largest, 0.99, 1);
        Moments(init.KaimingUniform([400, 10, 10]), out mean, out deviation, out largest);
        Assert.InRange(mean, -0.01, 0.01);
        Assert.InRange(deviation, Math.Sqrt(2.0 / 100) - 0.002, Math.Sqrt(2.0 / 100) + 0.002);
        Assert.InRange(largest, 0.24, Math.Sqrt(6.0 / 100));
    }

    static void Moments(Tensor tensor, out double mean, out double deviation, out double largest)
    {
        Assert.True(tensor.RequiresGradient);
        float[] values = tensor.ToArray();
        double middle = mean = values.Average(v => (double)v);
        deviation = Math.Sqrt(values.Average(v => (v - middle) * (v - middle)));
        largest = values.Max(Math.Abs);
    }

    /// <summary>The parts of a module, listed by hand, against its fields and properties, found by reflection:
    /// nothing is forgotten, nothing listed twice.</summary>
    internal static void AssertEveryPartIsListed(Module module)
    {
        HashSet<object> listed = new(ReferenceEqualityComparer.Instance);
        foreach (Part part in module.Parts)
            if (((object?)part.Tensor ?? part.Module) is { } thing)
                Assert.True(listed.Add(thing), $"{module.GetType().Name} lists {part.Name} twice");
        for (Type? type = module.GetType(); type != typeof(Module) && type is not null; type = type.BaseType)
            foreach (FieldInfo field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                object? value = field.GetValue(module);
                IEnumerable<object?> things = value is IEnumerable many and not string ? many.Cast<object?>() : [value];
                foreach (object thing in things.Where(thing => thing is Module or Tensor).OfType<object>())
                    Assert.True(listed.Contains(thing), $"{module.GetType().Name}.{field.Name} holds a part that Parts does not list");
            }
        foreach (Module part in module.Parts.Select(part => part.Module).OfType<Module>()) AssertEveryPartIsListed(part);
    }

    [Fact]
    public void A_forgotten_part_is_found()
    {
        AssertEveryPartIsListed(Nested(1));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertEveryPartIsListed(new Forgetful(Tensor.Zeros(Cpu, [1]))));
    }

    sealed class Forgetful(Tensor a) : Module
    {
        public Tensor A => a;
        public override IReadOnlyList<Part> Parts => [];
    }
}
