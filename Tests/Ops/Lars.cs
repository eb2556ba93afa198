namespace NativeSsl.Tests.Ops;

public sealed class Lars
{
    static readonly LarsScalars Adapted = new(0.5f, 0.9f, 0.01f, Trust: 0.1f), Plain = Adapted with { Trust = 0f };

    internal static OpSpec[] Specs =>
    [
        Of("value", [67], Adapted, 0),
        Of("velocity", [67], Adapted, 2),
        Of("value of several parts", [3, 8009], Adapted, 0),
        Of("value, gradients times 0.3", [3, 8009], Adapted, 0, 0.3f),
        Of("velocity, gradients times 0.3", [67], Adapted, 2, 0.3f),
        Of("velocity without adaptation, gradients times 0.3", [67], Plain, 2, 0.3f),
        Of("value, gradients times 0", [67], Adapted, 0, 0f),
        Of("velocity, gradients times 0", [67], Adapted, 2, 0f),
        Of("value without adaptation", [67], Plain, 0),
        Of("velocity without adaptation", [67], Plain, 2),
        Of("values of zero", [3], Adapted, 2) with { Planted = [(0, 0, 0f), (0, 1, 0f), (0, 2, 0f)] },
        Of("gradients of zero", [3], Adapted with { Decay = 0f }, 2) with { Planted = [(1, 0, 0f), (1, 1, 0f), (1, 2, 0f)] },
    ];

    static OpSpec Of(string name, Shape shape, LarsScalars s, int output, float? factor = null) => new($"lars, {name}", [shape, shape, shape, [1]], x =>
    {
        x[0].Backend.Lars(x[0], x[1], x[2], s, factor is null ? null : x[3]);
        return x[output];
    }, x =>
    {
        if (factor == 0) return x[output];
        (double[] value, double[] velocity) = Textbook(x[0], [.. x[1].Select(g => g * (factor ?? 1))], x[2], s.Rate, s.Momentum, s.Decay, s.Trust);
        return output == 0 ? value : velocity;
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
