namespace NativeSsl.Tests.Ops;

static class Arithmetic
{
    static OpSpec Scalar(string name, Func<Tensor, Tensor> apply, Func<double, double> textbook) =>
        new(name, [[3, 7]], x => apply(x[0]), x => [.. x[0].Select(textbook)]) { Shift = 2f };

    public static OpSpec[] Specs =>
    [
        Scalar("tensor + float", x => x + 3f, v => v + 3),
        Scalar("float + tensor", x => 3f + x, v => 3 + v),
        Scalar("tensor - float", x => x - 3f, v => v - 3),
        Scalar("float - tensor", x => 3f - x, v => 3 - v),
        Scalar("tensor * float", x => x * 3f, v => v * 3),
        Scalar("float * tensor", x => 3f * x, v => 3 * v),
        Scalar("tensor / float", x => x / 3f, v => v / 3),
        Scalar("float / tensor", x => 3f / x, v => 3 / v),
        Scalar("minus tensor", x => -x, v => -v),
        new("a tensor with itself", [[3, 7]], x => x[0] * x[0] + x[0] - x[0] / (x[0] + x[0]), x => [.. x[0].Select(v => v * v + v - 0.5)])
            { Shift = 2f },
    ];
}
