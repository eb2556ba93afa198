namespace NativeSsl.Tests.Autograd;

/// <summary>Optimizers against the algorithm boxes of their papers, in doubles, over twenty steps.</summary>
public sealed class OptimizerTests
{
    const int Count = 37;
    static readonly CpuBackend Cpu = new(2);

    static float[] Draw(ulong stream)
    {
        var random = new RandomSource(3, stream);
        return [.. Enumerable.Range(0, Count).Select(_ => random.NextNormal())];
    }

    /// <summary>Twenty steps with given gradients; the largest difference to the textbook.</summary>
    static double Difference(Func<Parameters, Optimizer> optimizer, float weightDecay,
        Func<double[], double[], int, double, double[]> textbook)
    {
        Tensor weight = Tensor.From(Cpu, [Count], Draw(0)).RequireGradient();
        var parameters = new Parameters([new("g", [("weight", weight)]) { WeightDecay = weightDecay, LearningRateScale = 0.5f }]);
        Optimizer subject = optimizer(parameters);
        double[] exact = [.. weight.ToArray().Select(v => (double)v)];
        var rates = new Cosine(0.02, 0.01, 20);
        for (int step = 0; step < 20; step++)
        {
            float[] gradient = Draw((ulong)step + 1);
            parameters.Zero();
            // sum(weight ⊙ gradient) has this gradient; the identity formula lets it through untouched.
            weight.Map<Identity>("identity").Backward(Tensor.From(Cpu, [Count], gradient));
            subject.Step(step, rates.At(step));
            exact = textbook(exact, [.. gradient.Select(v => (double)v)], step + 1, rates.At(step) * 0.5);
        }
        return weight.ToArray().Zip(exact, (a, b) => Math.Abs(a - b)).Max();
    }

    readonly struct Identity : IFormula
    {
        public static T Value<T>(T x) where T : struct, ILane<T> => x;
        public static T Slope<T>(T x, T y) where T : struct, ILane<T> => T.Of(1f);
    }

    [Fact]
    public void AdamW_is_algorithm_2_of_its_paper()
    {
        double[] m = new double[Count], v = new double[Count];
        Assert.InRange(Difference(p => new AdamW(p, 0.9, 0.99, 1e-8), 0.1f, (theta, g, t, rate) => [.. theta.Select((x, i) =>
        {
            m[i] = 0.9 * m[i] + 0.1 * g[i];
            v[i] = 0.99 * v[i] + 0.01 * g[i] * g[i];
            return x - rate * 0.1f * x - rate * (m[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, t))) + 1e-8);
        })]), 0, 2e-6);
    }

    [Fact]
    public void Without_bias_correction_AdamW_is_the_optimizer_of_BERTs_code()
    {
        double[] m = new double[Count], v = new double[Count];
        Assert.InRange(Difference(p => new AdamW(p, 0.9, 0.999, 1e-6, correctsBias: false), 0.01f, (theta, g, t, rate) => [.. theta.Select((x, i) =>
        {
            m[i] = 0.9 * m[i] + 0.1 * g[i];
            v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
            return x - rate * (m[i] / (Math.Sqrt(v[i]) + 1e-6) + 0.01f * x);
        })]), 0, 4e-6);
    }

    [Theory, InlineData(0.0, false), InlineData(0.9, false), InlineData(0.9, true)]
    public void Sgd_is_gradient_descent_with_momentum(double momentum, bool nesterov)
    {
        double[] v = new double[Count];
        Assert.InRange(Difference(p => new Sgd(p, momentum, nesterov), 0.05f, (theta, g, t, rate) => [.. theta.Select((x, i) =>
        {
            double d = g[i] + 0.05f * x;
            v[i] = momentum * v[i] + d;
            return x - rate * (nesterov ? d + momentum * v[i] : v[i]);
        })]), 0, 2e-6);
    }

    [Fact]
    public void A_group_that_restarts_takes_its_first_step_again()
    {
        Tensor a = Tensor.From(Cpu, [1], 1f).RequireGradient(), b = Tensor.From(Cpu, [1], 1f).RequireGradient();
        var parameters = new Parameters([new("a", [("a", a)]), new("b", [("b", b)])]);
        var optimizer = new AdamW(parameters);
        for (int step = 0; step < 5; step++) Step(step, 100f);
        optimizer.Restart("b", 5);
        (float beforeA, float beforeB) = (a.Item(), b.Item());
        Step(5, 1f);
        Assert.Equal(0.1, beforeB - b.Item(), 1e-6);             // a first step of Adam has the length of the learning rate
        Assert.NotEqual(0.1, beforeA - a.Item(), 1e-3);
        Assert.Equal([0, 5], optimizer.FirstSteps);
        Assert.Contains("named c; there are a, b",
            Assert.Throws<GradientException>(() => optimizer.Restart("c", 0)).Message, StringComparison.Ordinal);

        void Step(int step, float gradient)
        {
            parameters.Zero();
            foreach (Tensor leaf in (Tensor[])[a, b]) leaf.Map<Identity>("identity").Backward(Tensor.From(Cpu, [1], gradient));
            optimizer.Step(step, 0.1);
        }
    }

    [Fact]
    public void Schedules_follow_their_formulas()
    {
        Schedule nano = new LinearWarmup(100, new Cosine(1e-3, 1e-4, 1900));
        Assert.Equal(1e-3 / 101, nano.At(0), 1e-12);
        Assert.Equal(1e-3 * 100 / 101, nano.At(99), 1e-12);
        Assert.Equal(1e-3, nano.At(100), 1e-12);
        Assert.Equal(5.5e-4, nano.At(1050), 1e-12);
        Assert.Equal(1e-4, nano.At(2000), 1e-12);
        Assert.Equal(1e-4, nano.At(5000), 1e-12);
        Assert.Equal([1, 1, 0.1, 0.1, 0.01],
            new long[] { 0, 9, 10, 19, 20 }.Select(step => Math.Round(new StepDecay(1, 0.1, 10, 20).At(step), 9)));
        Assert.Equal(0.3, new Constant(0.3).At(7));
        Assert.Equal([2, 1.75, 1.5, 1, 1], new long[] { 0, 1, 2, 4, 9 }.Select(new LinearDecay(2, 1, 4).At));
    }
}
