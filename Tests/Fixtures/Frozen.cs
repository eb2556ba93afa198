using System.Globalization;

namespace NativeSsl.Tests.Fixtures;

/// <summary>
/// What libtorch said, frozen in a safetensors file beside this one: first weights, batches, the gradients of the first of them and the losses of ten
/// steps. Bench's command <c>fixtures</c> wrote it.
/// </summary>
sealed class Frozen
{
    readonly Dictionary<string, Tensor> _tensors;
    readonly IReadOnlyDictionary<string, string> _metadata;

    public Frozen(string name, CpuBackend backend)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", $"{name}.safetensors");
        (Name, Backend, _tensors) = (name, backend, Safetensors.Load(path, backend));
        using var file = SafetensorsFile.Open(path);
        _metadata = file.Metadata;
    }

    public string Name { get; }

    public CpuBackend Backend { get; }

    public Shape ShapeOf(string name) => _tensors[name].Shape;

    public float[] Values(string name) => _tensors[name].ToArray();

    public double Number(string name) => double.Parse(_metadata[name], CultureInfo.InvariantCulture);

    /// <summary>The frozen first weights.</summary>
    public T Fill<T>(T module) where T : Module
    {
        foreach (var (name, parameter) in module.NamedParameters()) parameter.Storage.CopyFrom(Values($"weight.{name}"));
        return module;
    }

    /// <summary>Trains as the reference was trained.</summary>
    public Trainer Trainer(Objective objective, IViewSource batches) => new(objective, batches, new TrainerOptions
    {
        Steps = 10,
        Players = new Dictionary<string, Player>
        {
            ["main"] = new(parameters => new AdamW(parameters, Number("beta1"), Number("beta2"), Number("epsilon")), new Constant(Number("rate"))),
        },
        WeightDecay = (float)Number("decay"),
    });

    /// <summary>After a backward pass over the first batch: every parameter's gradient is libtorch's, within 1e-4 of its largest element.</summary>
    public void AssertGradients(Module module)
    {
        int compared = 0;
        foreach (var (name, parameter) in module.NamedParameters())
        {
            float[] expected = Values($"gradient.{name}"), actual = parameter.Gradient.ToArray();
            double scale = expected.Max(Math.Abs), difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
            Assert.True(difference <= 1e-4 * scale,
                $"{Name}, {Backend.Simd}: the gradient of {name} differs from libtorch's by {difference / scale:E1} of its largest element; 1e-4 is allowed.");
            compared++;
        }
        Assert.Equal(_tensors.Keys.Count(name => name.StartsWith("gradient.", StringComparison.Ordinal)), compared);
    }

    /// <summary>Ten steps have libtorch's losses.</summary>
    public void AssertLosses(Trainer trainer, double tolerance = 1e-3)
    {
        float[] losses = Values("losses");
        Assert.Equal(10, losses.Length);
        for (int step = 0; step < losses.Length; step++)
        {
            double loss = trainer.Step().Loss;
            Assert.True(Math.Abs(loss - losses[step]) <= tolerance,
                $"{Name}, {Backend.Simd}: the loss of step {step + 1} is {loss:R}, libtorch's {losses[step]:R}; {tolerance} is allowed.");
        }
    }
}
