namespace NativeSsl.Tests.Ops;

public sealed class MovingAverage
{
    internal static OpSpec[] Specs =>
    [
        Of("one tensor", 67, 67, [[0, 0, 67]]),
        Of("a tensor that hardly stays", 67, 67, [[0, 0, 67]], 0.2f),
        Of("of several pieces", 40_000, 40_000, [.. MemoryPieces.Of(40_000).Select(piece => new[] { piece.Start, piece.Start, piece.Length })]),
        Of("in another order, others between", 300, 200, [[16, 112, 67], [128, 0, 3], [144, 16, 64]]),
    ];

    static OpSpec Of(string name, int values, int averages, int[][] pieces, float momentum = 0.9f) => new($"moving average, {name}", [[values], [averages]], x =>
    {
        x[0].Backend.MovingAverage(x[0], x[1], MemoryPieces.Table(x[0].Backend, 3, pieces), Tensor.From(x[0].Backend, [1], momentum));
        return x[1];
    }, x =>
    {
        double[] next = [.. x[1]];
        foreach (int[] piece in pieces)
            for (int i = 0; i < piece[2]; i++) next[piece[1] + i] = (double)momentum * x[1][piece[1] + i] + (1 - (double)momentum) * x[0][piece[0] + i];
        return next;
    }) { HasGradient = false };

    [Fact]
    public void A_teacher_follows_tensors_whose_memory_a_trainer_has_moved()
    {
        CpuBackend cpu = new(2);
        Init init = new(cpu, 3);
        NativeSsl.Linear student = new(init, 5, 7, bias: true), teacher = new(new Init(cpu, 4, trained: false), 5, 7, bias: true);
        Momentum momentum = new(student, teacher);
        float[][] expected = [.. Numbers(student)];
        Add(student, 1f);
        momentum.Follow(Tensor.From(cpu, [1], 0.75f));                                         // each where it was made
        Assert.All(Numbers(teacher).Zip(expected), pair => Close(pair.Second.Select(x => x + 0.25f), pair.First));

        _ = new Parameters(ParameterGroup.Usual(student.NamedParameters(), 0f));
        OnePiece.Gather([.. teacher.NamedTensors().Select(entry => entry.Tensor).Reverse()]);
        Add(student, 1f);
        momentum.Follow(Tensor.From(cpu, [1], 0.5f));                                          // 0.25 and 2 meet in the middle
        Assert.All(Numbers(teacher).Zip(expected), pair => Close(pair.Second.Select(x => x + 1.125f), pair.First));
    }

    static IEnumerable<float[]> Numbers(Module module) => module.NamedTensors().Select(entry => entry.Tensor.ToArray());

    static void Add(Module module, float by)
    {
        foreach ((_, Tensor tensor) in module.NamedTensors()) tensor.Storage.CopyFrom([.. tensor.ToArray().Select(x => x + by)]);
    }

    static void Close(IEnumerable<float> expected, float[] actual) => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
}
