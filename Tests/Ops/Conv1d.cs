namespace NativeSsl.Tests.Ops;

static class Conv1d
{
    public static OpSpec[] Specs =>
    [
        Of("of one sample", [1, 1, 1], [1, 1, 1]),
        Of("kernel 3", [2, 7, 5], [4, 3, 5], padding: 1),
        Of("kernel 10, stride 5, on one channel", [2, 53, 1], [19, 10, 1], stride: 5),
        Of("kernel 3, stride 2, on many channels", [2, 12, 17], [18, 3, 17], stride: 2),
        Of("grouped, with wide padding", [1, 9, 6], [9, 4, 2], padding: 5, groups: 3),
        Of("depthwise", [2, 8, 18], [18, 5, 1], padding: 2, groups: 18),
        Of("without bias", [1, 6, 3], [5, 2, 3], hasBias: false),
    ];

    static OpSpec Of(string name, Shape x, Shape weight, int stride = 1, int padding = 0, int groups = 1, bool hasBias = true) =>
        new($"convolution of a signal, {name}", hasBias ? [x, weight, [weight[0]]] : [x, weight],
            t => t[0].Conv1d(t[1], hasBias ? t[2] : null, stride, padding, groups),
            t => Conv2d.Textbook(t[0], [x[0], 1, x[1], x[2]], t[1], [weight[0], 1, weight[1], weight[2]],
                hasBias ? t[2] : new double[weight[0]], 1, stride, 0, padding, groups));
}
