using NativeSsl.Kernels;

namespace NativeSsl.Tests;

/// <summary>One op described once: how to call it, and what the textbook says in double precision.</summary>
/// <param name="Name">The op, and what is special about this case.</param>
/// <param name="Inputs">The shapes of its inputs.</param>
/// <param name="Apply">The call.</param>
/// <param name="Textbook">Every input as doubles, to the flat output.</param>
public sealed record OpSpec(string Name, Shape[] Inputs, Func<Tensor[], Tensor> Apply, Func<double[][], double[]> Textbook)
{
    /// <summary>Inputs are uniform in Shift ± Scale; a large scale hunts for overflow, a shift avoids poles.</summary>
    public float Scale { get; init; } = 1f;
    /// <summary>The middle of the inputs.</summary>
    public float Shift { get; init; }
    /// <summary>The largest error of the value, relative to the largest true value (at least 1).</summary>
    public double Tolerance { get; init; } = 2e-6;
    /// <summary>The largest error of a gradient, relative likewise.</summary>
    public double GradientTolerance { get; init; } = 1e-5;
    /// <summary>Whether the textbook's slope exists everywhere the inputs may lie.</summary>
    public bool HasGradient { get; init; } = true;
    /// <summary>Leave-one-out inputs that take no gradient, by position.</summary>
    public int[] Constants { get; init; } = [];

    /// <summary>Whether the step is a training step, where dropout acts; its seed is 5, its number 3.</summary>
    public bool Training { get; init; }

    /// <summary>NaN, infinities and other values that belong at certain places, whatever was drawn.</summary>
    public (int Input, int Place, float Value)[] Planted { get; init; } = [];

    public override string ToString() => Name;

    float[][] Draw()
    {
        var random = new RandomSource(7, 0);
        float[][] data = [.. Inputs.Select(shape => Enumerable.Range(0, (int)shape.Count)
            .Select(_ => Shift + (random.NextUniform() * 2 - 1) * Scale).ToArray())];
        foreach ((int input, int place, float value) in Planted) data[input][place] = value;
        return data;
    }

    Tensor[] Upload(IBackend backend, float[][] data, bool gradient)
    {
        Tensor[] xs = [.. Inputs.Zip(data, (shape, values) => Tensor.From(backend, shape, values))];
        if (gradient) for (int k = 0; k < xs.Length; k++) if (!Constants.Contains(k)) Leaf(xs[k]);
        return xs;
    }

    // An earlier pass has left NaN in the gradient's memory: whoever adds to it, or leaves out a part, is seen.
    static void Leaf(Tensor x)
    {
        (x.RequireGradient() * 1f).Backward(Tensor.Full(x.Backend, x.Shape, float.NaN));
        x.ResetGradient();
    }

    static float[] Weights(int count)
    {
        var random = new RandomSource(11, 1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextUniform() * 2 - 1)];
    }

    /// <summary>Value, and gradients of Σ weights · y, exactly as a backend computes them: for comparing bits.</summary>
    public float[][] Run(IBackend backend)
    {
        using var step = new Step(backend, Training, seed: 5, number: 3);
        Tensor[] xs = Upload(backend, Draw(), HasGradient);
        Tensor y = Apply(xs);
        List<float[]> results = [y.ToArray()];
        if (HasGradient)
        {
            y.Backward(Tensor.From(backend, y.Shape, Weights((int)y.Shape.Count)));
            for (int k = 0; k < xs.Length; k++) if (!Constants.Contains(k)) results.Add(xs[k].Gradient.ToArray());
        }
        return [.. results];
    }

    /// <summary>Holds the value against the textbook, and every gradient against the textbook's central differences.</summary>
    public void Check(IBackend backend)
    {
        float[][] actual = Run(backend);
        double[][] expected = LazyInitializer.EnsureInitialized(ref _truth, Truth);
        Compare("value", actual[0], expected[0], Tolerance);
        for (int k = 1; k < actual.Length; k++) Compare($"gradient {k - 1}", actual[k], expected[k], GradientTolerance);
    }

    // What the textbook says does not depend on the device: it is worked out once.
    double[][]? _truth;

    // The value; and the slope of Σ weights · value for every input that takes a gradient.
    double[][] Truth()
    {
        double[][] exact = [.. Draw().Select(values => values.Select(v => (double)v).ToArray())];
        List<double[]> truth = [Textbook(exact)];
        float[] weights = Weights(truth[0].Length);
        double Loss() => Textbook(exact).Zip(weights, (a, w) => a * w).Sum();

        for (int k = 0; k < exact.Length && HasGradient; k++)
        {
            if (Constants.Contains(k)) continue;
            double[] slope = new double[exact[k].Length];
            for (int i = 0; i < slope.Length; i++)
            {
                if (double.IsInfinity(exact[k][i])) continue;               // a class that is masked out has no slope
                double x = exact[k][i], nudge = 1e-5 * Math.Max(1, Math.Abs(x));
                exact[k][i] = x + nudge;
                double up = Loss();
                exact[k][i] = x - nudge;
                slope[i] = (up - Loss()) / (2 * nudge);
                exact[k][i] = x;
            }
            truth.Add(slope);
        }
        return [.. truth];
    }

    void Compare(string what, float[] actual, double[] expected, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(1, expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max());
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = double.IsNaN(expected[i]) ? float.IsNaN(actual[i])
                : double.IsInfinity(expected[i]) ? actual[i] == expected[i]
                : Math.Abs(actual[i] - expected[i]) <= tolerance * scale;
            Assert.True(same, $"{Name}: {what} [{i}] is {actual[i]:R}, the textbook says {expected[i]:R}, " +
                $"tolerance {tolerance * scale:E1}");
        }
    }
}
