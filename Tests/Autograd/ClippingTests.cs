namespace NativeSsl.Tests.Autograd;

public sealed class ClippingTests
{
    static readonly CpuBackend Cpu = new(2);

    // σ' at 0 is a quarter, so the gradients are (3, 4) and whatever is asked for.
    static (Parameters Parameters, Tensor A, Tensor B) Some(float ofB)
    {
        Tensor a = Tensor.From(Cpu, [2], 0f, 0f).RequireGradient(), b = Tensor.From(Cpu, [1], 0f).RequireGradient();
        var parameters = new Parameters([new("all", [("a", a), ("b", b)])]);
        a.Sigmoid().Backward(Tensor.From(Cpu, [2], 12f, 16f));
        b.Sigmoid().Backward(Tensor.From(Cpu, [1], 4 * ofB));
        return (parameters, a, b);
    }

    [Theory, InlineData(10, 1f), InlineData(0, 1f), InlineData(1, 0.2f)]
    public void What_is_too_long_is_shortened_and_the_gradients_stay(double maxNorm, float factor)
    {
        (Parameters parameters, Tensor a, _) = Some(0f);
        var clipping = new Clipping(parameters, maxNorm);
        clipping.Look();
        Assert.Equal(5, clipping.Norm, 1e-6);
        new Sgd(parameters).Step(0, 1, clipping);
        Assert.Equal([-3f * factor, -4f * factor], a.ToArray());
        Assert.Equal([3f, 4f], a.Gradient.ToArray());
    }

    [Theory, InlineData(float.NaN, 0f), InlineData(float.PositiveInfinity, 0f), InlineData(0f, float.NaN)]
    public void What_is_no_finite_number_moves_nothing_until_somebody_says_so(float ofB, float loss)
    {
        (Parameters parameters, Tensor a, Tensor b) = Some(ofB);
        var clipping = new Clipping(parameters, 1, losses: 1);
        Look(loss);
        Assert.True(clipping.Stands);
        Step(0);
        b.Gradient.Storage.CopyFrom([0f]);
        Look(0f);                                           // the step after that
        Step(1);
        Assert.Equal([0f, 0f], a.ToArray());
        Assert.Equal(5, clipping.Norm, 1e-6);
        clipping.GoOn();
        Look(0f);
        Assert.False(clipping.Stands);
        Step(2);
        Assert.Equal([-0.6f, -0.8f], a.ToArray());

        void Look(float value) => clipping.Look(Tensor.From(Cpu, [], value));
        void Step(int step) => new Sgd(parameters).Step(step, 1, clipping);
    }

    [Fact]
    public void Another_number_of_losses_and_other_parameters_are_refused()
    {
        (Parameters parameters, _, _) = Some(0f);
        var clipping = new Clipping(parameters, 1, losses: 2);
        Assert.Contains("1 losses; there is room for 2", Assert.Throws<GradientException>(() => clipping.Look(Tensor.From(Cpu, [], 0f))).Message, StringComparison.Ordinal);
        Assert.Contains("other parameters", Assert.Throws<GradientException>(() => new Sgd(Some(0f).Parameters).Step(0, 1, clipping)).Message, StringComparison.Ordinal);
    }
}
