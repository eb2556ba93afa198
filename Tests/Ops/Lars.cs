namespace NativeSsl.Tests.Ops;

public sealed class Lars
{
    static readonly LarsScalars Scalars = new(0.9f, 0.01f, Trust: 0.1f);
    const float Rate = 0.5f;

    // Three tensors in memory of 40,000 elements, the middle one without adaptation, the last of several pieces; between them lie others' numbers.
    static readonly (long, long, bool)[] Three = [(16, 67, true), (96, 3, false), (112, 39_800, true)];

    internal static OpSpec[] Specs =>
    [
        Of("value", 67, Adapted(67), 0),
        Of("velocity", 67, Adapted(67), 2),
        Of("value of several parts", 24027, Adapted(24027), 0),
        Of("value, gradients times 0.3", 24027, Adapted(24027), 0, 0.3f),
        Of("velocity, gradients times 0.3", 67, Adapted(67), 2, 0.3f),
        Of("velocity without adaptation, gradients times 0.3", 67, Plain(67), 2, 0.3f),
        Of("value, gradients times 0", 67, Adapted(67), 0, 0f),
        Of("velocity, gradients times 0", 67, Adapted(67), 2, 0f),
        Of("value without adaptation", 67, Plain(67), 0),
        Of("velocity without adaptation", 67, Plain(67), 2),
        Of("values of three tensors", 40_000, Three, 0),
        Of("velocities of three tensors at a small rate", 40_000, Three, 2, rate: 0.02f),
        Of("velocities of three tensors", 40_000, Three, 2),
        Of("values of zero", 3, Adapted(3), 2) with { Planted = [(0, 0, 0f), (0, 1, 0f), (0, 2, 0f)] },
        Of("gradients of zero", 3, Adapted(3), 2, decay: 0f) with { Planted = [(1, 0, 0f), (1, 1, 0f), (1, 2, 0f)] },
    ];

    static (long, long, bool)[] Adapted(int count) => [(0, count, true)];

    static (long, long, bool)[] Plain(int count) => [(0, count, false)];

    static OpSpec Of(string name, int count, (long Start, long Length, bool Adapts)[] tensors, int output, float? factor = null, float decay = 0.01f, float rate = Rate) => new($"lars, {name}", [[count], [count], [count], [1]], x =>
    {
        x[0].Backend.Lars(x[0], x[1], x[2], new LarsTensors(x[0].Backend, tensors), Scalars with { Decay = decay }, Tensor.From(x[0].Backend, [1], rate), factor is null ? null : x[3]);
        return x[output];
    }, x =>
    {
        double[] result = [.. x[output]];
        if (factor == 0) return result;
        foreach ((int start, int length, bool adapts) in tensors.Select(tensor => ((int)tensor.Start, (int)tensor.Length, tensor.Adapts)))
        {
            (double[] value, double[] velocity) = Textbook(x[0][start..(start + length)], [.. x[1][start..(start + length)].Select(g => g * (factor ?? 1))], x[2][start..(start + length)],
                rate, Scalars.Momentum, decay, adapts ? Scalars.Trust : 0);
            (output == 0 ? value : velocity).CopyTo(result, start);
        }
        return result;
    }) { HasGradient = false, Planted = factor switch { null => [], 0 => [(3, 0, 0f), (1, 5, float.NaN)], { } by => [(3, 0, by)] } };

    static (double[] Value, double[] Velocity) Textbook(
        double[] value, double[] gradient, double[] velocity, double rate, double momentum, double decay, double trust)
    {
        double[] d = [.. gradient.Zip(value, (g, w) => g + decay * w)];
        double ofValue = Math.Sqrt(value.Sum(w => w * w)), ofDirection = Math.Sqrt(d.Sum(v => v * v));
        double own = trust > 0 && ofValue > 0 && ofDirection > 0 ? trust * ofValue / ofDirection : 1;
        double[] v = [.. velocity.Zip(d, (before, direction) => momentum * before + rate * own * direction)];
        return ([.. value.Zip(v, (w, move) => w - move)], v);
    }

    [Fact]
    public void Each_tensor_has_a_rate_of_its_own_and_those_with_one_axis_take_plain_steps()
    {
        CpuBackend cpu = new(1);
        double[][] values = [[3, -4, 1, 0, 2, 2], [0.1, 0.2, 0.3, 0.4], [1, 2, 3]];
        double[][] gradients = [[1, 2, 3, 4, 5, 6], [-1, 1, 2, -2], [0.5, 0.25, -1]];
        Shape[] shapes = [[2, 3], [2, 2], [3]];
        Tensor[] leaves = [.. values.Zip(shapes, (v, shape) => Tensor.From(cpu, shape, [.. v.Select(x => (float)x)]).RequireGradient())];
        var parameters = new Parameters(ParameterGroup.Usual(leaves.Select((leaf, i) => ($"{i}", leaf)), weightDecay: 0.1f));
        var lars = new NativeSsl.Lars(parameters);
        double[][] velocities = [.. values.Select(v => new double[v.Length])];
        for (int step = 0; step < 3; step++)
        {
            parameters.Zero();
            using (var s = new Step(cpu))
                for (int i = 0; i < leaves.Length; i++)
                    (leaves[i] * Tensor.From(cpu, shapes[i], [.. gradients[i].Select(x => (float)x)])).Sum().Backward();
            lars.Step(step, learningRate: 0.3);
            for (int i = 0; i < leaves.Length; i++)
            {
                bool matrix = shapes[i].Rank > 1;
                (values[i], velocities[i]) = Textbook(values[i], gradients[i], velocities[i], 0.3, 0.9,
                    decay: matrix ? 0.1f : 0, trust: matrix ? 0.001 : 0);
                Assert.All(leaves[i].ToArray().Zip(values[i]), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
            }
        }
    }
}
