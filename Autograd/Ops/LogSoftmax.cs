namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The logarithm of the softmax, in which no probability is too small:
        /// yᵢ = xᵢ − ln Σⱼ exp(xⱼ) over the last axis.</summary>
        /// <returns>The shape of <c>x</c>, <c>[..., classes]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> is a scalar.</exception>
        public Tensor LogSoftmax()
        {
            Check.Rank("LogSoftmax", "x", x.Shape, atLeast: 1);
            Tensor y = x.Like();
            x.Backend.LogSoftmax(x, y);
            return y.Record("log-softmax", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.LogSoftmaxGrad(y, dy, dx);
                return [dx];
            });
        }
    }
}
