namespace NativeSsl.Tests.Gpu;

/// <summary>The largest element of a row is found wherever it stands: in each of the four packs that a thread holds, and beyond them. Without it exponentials overflow.</summary>
public sealed class HeldRowTests
{
    [Theory, InlineData(3), InlineData(130), InlineData(260), InlineData(390), InlineData(520)]
    public void Softmax_finds_the_largest_wherever_it_stands(int place)
    {
        float[] row = new float[640];
        row[place] = 1000f;
        using var step = new Step(Devices.Simulator);
        Tensor x = Tensor.From(Devices.Simulator, [1, row.Length], row);
        float[] softmax = x.Softmax().ToArray(), logs = x.LogSoftmax().ToArray();
        Assert.Equal((1f, 0f), (softmax[place], softmax[(place + 1) % row.Length]));
        Assert.Equal((0f, -1000f), (logs[place], logs[(place + 1) % row.Length]));
    }
}
